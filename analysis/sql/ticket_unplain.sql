-- Which tickets of ticket_now.sql does ticket_plain.sql not mean (numbers)? $as_of, $beside, $restarts: as there.
SELECT n."key"
FROM ticket_span AS n
WHERE n.since_at <= $as_of AND n.until_at > $as_of AND (NOT n.is_plain OR $restarts AND n.passed_at IS NOT NULL)
  AND n.thread_id NOT IN (SELECT UNNEST(CAST($beside AS VARCHAR[])));
