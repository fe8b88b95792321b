-- In which state was the ticket $ticket_id of the thread $thread_id at $as_of (timestamp), and whose was it?
SELECT state, unit FROM ticket_at($as_of, $known_by, threads := [$thread_id]) WHERE ticket_id = $ticket_id;
