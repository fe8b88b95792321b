-- Which tickets were there at $as_of (timestamp), as the build left them? Columns and order: ticket.sql. The threads
-- $beside (ids) are left out: decisions came on them since.
-- $keys: only these (numbers of tickets), NULL: all.
SELECT
  CONCAT(n.thread_id, '-', n.number) AS ticket_id, n.thread_id,
  n.title, n.url, n.forum, n.board, n.site, n.sha256,
  n.kind, n.urgency, n.unit,
  CASE WHEN n.candidates = '' THEN [] ELSE STRING_SPLIT(n.candidates, CHR(10)) END AS candidates,
  n.is_unit_decided, n.is_shared_thread, n.state, n.opened_at, n.first_captured_at,
  n.first_response_floor, n.first_response_at, n.answer_floor, n.answer_at,
  n.round_count, n.round_at, n.past_rounds, n.ended_at, n.passed_at, n.transfer_count,
  n.extensions, n.pauses, n.sent_back_at, n.handed_at, n.seen, n.decided_at, n.undated_floors,
  LEAST(c.checked_at, u.checked_at) AS checked_at
FROM ticket_span AS n
LEFT JOIN forum_checked_now AS c ON c.site = n.site
LEFT JOIN thread_unread_now AS u ON u.thread_id = n.thread_id
WHERE n.since_at <= $as_of AND n.until_at > $as_of
  AND n.thread_id NOT IN (SELECT UNNEST(CAST($beside AS VARCHAR[])))
  AND ($keys IS NULL OR n."key" IN (SELECT UNNEST(CAST($keys AS UBIGINT[]))))
ORDER BY n.opened_at NULLS LAST, ticket_id;
