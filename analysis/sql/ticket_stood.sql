-- How did ticket $number of the thread $thread_id stand, from when on until when, as the build left it?
SELECT since_at, until_at, state, unit FROM ticket_span
WHERE thread_id = $thread_id AND number = $number
ORDER BY since_at;
