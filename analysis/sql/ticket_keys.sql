-- By which numbers does the build know the tickets of the threads $threads (ids)?
SELECT "key" FROM ticket_span WHERE thread_id IN (SELECT UNNEST(CAST($threads AS VARCHAR[])));
