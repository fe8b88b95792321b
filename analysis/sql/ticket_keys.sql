-- By which numbers does the build know the tickets of the threads $threads (ids)?
SELECT "key" FROM ticket_now WHERE number IS NOT NULL AND thread_id IN (SELECT UNNEST(CAST($threads AS VARCHAR[])));
