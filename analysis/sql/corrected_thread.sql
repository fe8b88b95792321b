-- Which threads did people correct or hand to a unit (转办), known by $known_by (NULL: now)? One row a thread: its tags
-- as they stand with what was decided, all floors read.
WITH handed AS (
  SELECT t.thread_id, LIST(t.unit ORDER BY t.ticket_id) AS units
  FROM ticket_at(TIMESTAMP '9999-12-31', $known_by) AS t
  WHERE t.unit IS NOT NULL AND t.state <> '待研判' AND t.thread_id IN ( -- a hand-over taken back decides nothing
    SELECT REGEXP_REPLACE(ticket_id, '-\d+$', '') FROM ticket_move_at(TIMESTAMP '9999-12-31', $known_by)
    WHERE kind = 'transfer' OR move = 'hand_over'
  )
  GROUP BY t.thread_id
),
decided AS (
  SELECT
    thread_id, f.kind, f.urgency, f.sentiment,
    -- Who hands a post to a unit says that it needs an answer.
    COALESCE(f.needs_reply, CASE WHEN h.units IS NOT NULL THEN 'true' END) AS needs_reply,
    COALESCE(from_json(f.units, '["VARCHAR"]'), h.units) AS units
  FROM thread_correction_at($known_by) AS f
  FULL JOIN handed AS h USING (thread_id)
)
SELECT
  t.thread_id AS id, t.title, t.forum, t.board,
  COALESCE(f.kind ->> '$', t.kind) AS kind,
  CASE
    WHEN f.needs_reply IS NULL THEN t.needs_reply
    ELSE f.needs_reply = 'true' AND t.answer_floor IS NULL
  END AS needs_reply,
  COALESCE(f.units, t.units) AS units,
  t.is_unit_named AS unit_named,
  COALESCE(f.sentiment ->> '$', t.sentiment) AS sentiment,
  CASE
    WHEN f.needs_reply = 'false' THEN '无需回复'
    WHEN f.needs_reply = 'true' AND t.state = '无需回复' THEN '待研判'
    ELSE t.state
  END AS state,
  COALESCE(f.urgency ->> '$', t.urgency) AS urgency,
  t.first_response_floor, t.answer_floor
FROM thread AS t
JOIN decided AS f USING (thread_id)
ORDER BY t.thread_id;
