-- When did what happen on the tickets of ticket_plain.sql: all that their clocks, their place in the queue and a
-- choice among them hang on (class: ticket_class.sql)? $as_of, $unit, $restarts: as there, of all states and threads.
SELECT
  n."key", n.class, n.opened_at, n.first_response_at, n.answer_at, n.ended_at
FROM ticket_span AS n
WHERE n.is_plain AND n.since_at <= $as_of AND n.until_at > $as_of
  AND ($unit IS NULL OR n.unit = $unit)
  AND NOT ($restarts AND n.transferred_at IS NOT NULL);
