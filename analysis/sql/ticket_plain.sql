-- Which tickets that nothing but the rules moves the clocks of were there at $as_of (timestamp)? As ticket_now.sql,
-- with what a ticket shows only. $is_whole: also answered and ended ones. $unit: only this unit's, NULL: all.
-- $restarts: a transfer starts the clocks anew, so that transferred ones are not meant. $keys: only these (numbers,
-- a screen of them), which were opened from $first to $last (timestamps; few blocks hold these), NULL: all.
SELECT
  n."key", CONCAT(n.thread_id, '-', n.number) AS ticket_id, n.thread_id, n.title, n.url, n.forum, n.board, n.sha256,
  n.kind, n.urgency, n.unit, n.candidates, n.is_unit_decided, n.is_shared_thread, n.state, n.opened_at,
  n.first_response_floor, n.first_response_at, n.answer_floor, n.answer_at, n.ended_at, n.handed_at, n.seen,
  n.decided_at, LEAST(c.checked_at, u.checked_at) AS checked_at
FROM ticket_span AS n
LEFT JOIN forum_checked_now AS c ON c.site = n.site
LEFT JOIN thread_unread_now AS u ON u.thread_id = n.thread_id
WHERE n.is_plain AND n.since_at <= $as_of AND n.until_at > $as_of
  AND ($is_whole OR n.state NOT IN ('已答复', '已办结', '无需回复'))
  AND ($unit IS NULL OR n.unit = $unit)
  AND NOT ($restarts AND n.passed_at IS NOT NULL)
  AND ($keys IS NULL OR n.opened_at BETWEEN $first AND $last AND LIST_CONTAINS(CAST($keys AS UBIGINT[]), n."key"))
  AND n.thread_id NOT IN (SELECT UNNEST(CAST($beside AS VARCHAR[])));
