-- Of which threads that were there at $as_of (timestamp) did something happen after it that the edition knows?
SELECT DISTINCT thread_id FROM ticket_now WHERE first_at <= $as_of AND quiet_at > $as_of;
