-- Which tickets of ticket_plain.sql, of all states, were opened from $first to $last (timestamps), with what tells
-- whether they were late and whether their forum was looked at since? $as_of, $restarts, $beside: as there.
SELECT
  n."key", CONCAT(n.thread_id, '-', n.number) AS ticket_id, n.class, n.opened_at,
  n.first_response_at, n.answer_at, n.ended_at, LEAST(c.checked_at, u.checked_at) AS checked_at
FROM ticket_span AS n
LEFT JOIN forum_checked_now AS c ON c.site = n.site
LEFT JOIN thread_unread_now AS u ON u.thread_id = n.thread_id
WHERE n.is_plain AND n.since_at <= $as_of AND n.until_at > $as_of
  AND n.opened_at BETWEEN $first AND $last
  AND NOT ($restarts AND n.passed_at IS NOT NULL)
  AND n.thread_id NOT IN (SELECT UNNEST(CAST($beside AS VARCHAR[])));
