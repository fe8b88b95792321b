-- When did what happen on each ticket that nothing but the rules moves the clocks of, from since_at on until before
-- until_at: all that its clocks, its place in the queue and a choice among them hang on (class: ticket_class.sql)?
SELECT
  "key", class, since_at, until_at, opened_at, first_response_at, answer_at, ended_at,
  passed_at IS NOT NULL AS is_transferred
FROM ticket_span
WHERE is_plain;
