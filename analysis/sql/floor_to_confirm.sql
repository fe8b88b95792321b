-- Which floors wait for a person's word at $as_of (timestamp), given what was known by $known_by (NULL: now)?
-- One row a ticket and floor: the poster disputes an answer or says that it is solved, or an account that is not
-- registered speaks as an authority, and no decision on the ticket names the floor yet. $threads: only of these (ids), NULL: of all.
SELECT
  t.ticket_id, t.thread_id, t.title, t.url, t.unit, t.state,
  f.floor, f.kind, f.words, f.said_at, p.text
FROM thread_said_at($known_by) AS f
JOIN ticket_at($as_of, $known_by, threads := CAST($threads AS VARCHAR[])) AS t USING (thread_id)
JOIN thread_post_at($known_by) AS p USING (thread_id, floor)
ANTI JOIN ticket_move_at($as_of, $known_by) AS m ON m.ticket_id = t.ticket_id AND m.floor = f.floor
WHERE ($threads IS NULL OR LIST_CONTAINS(CAST($threads AS VARCHAR[]), f.thread_id))
  AND f.said_at <= $as_of AND ($known_by IS NULL OR f.known_at <= $known_by)
  AND CASE f.kind
    WHEN 'disputed' THEN t.state IN ('已答复', '已办结') AND f.said_at >= t.answer_at
    WHEN 'solved' THEN t.state NOT IN ('已办结', '无需回复') AND (t.round_at IS NULL OR f.said_at >= t.round_at)
    WHEN 'claimed' THEN t.state NOT IN ('已答复', '已办结', '无需回复')
    ELSE FALSE
  END
ORDER BY f.said_at, t.ticket_id, f.floor;
