-- What does ticket_plain.sql say of the tickets $keys (numbers, a screen of them) at $as_of (timestamp)? They
-- were opened from $first to $last (timestamps): few blocks hold these.
SELECT
  n."key", CONCAT(n.thread_id, '-', n.number) AS ticket_id, n.thread_id, n.title, n.url, n.forum, n.board, n.sha256,
  n.kind, n.urgency, n.unit, n.candidates, n.is_unit_decided, n.is_shared_thread, n.state, n.opened_at,
  n.first_response_floor, n.first_response_at, n.answer_floor, n.answer_at, n.ended_at, n.handed_at, n.seen,
  n.decided_at, LEAST(c.checked_at, u.checked_at) AS checked_at
FROM ticket_span AS n
LEFT JOIN forum_checked_now AS c ON c.site = n.site
LEFT JOIN thread_unread_now AS u ON u.thread_id = n.thread_id
WHERE n.since_at <= $as_of AND n.until_at > $as_of AND n.opened_at BETWEEN $first AND $last
  AND LIST_CONTAINS(CAST($keys AS UBIGINT[]), n."key");
