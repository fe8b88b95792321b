-- Tickets as they stood at as_of, given what was known by known_by (NULL: now). One a thread for the unit that
-- the rules put first; where a person decided the units, one for each of them. Its id is the thread's with a
-- number and stays when the ticket is transferred. `unit` NULL: nobody knows yet whose it is.
CREATE OR REPLACE MACRO ticket_at(as_of, known_by) AS TABLE
WITH row_at AS (
  SELECT *, LAG(state) OVER (PARTITION BY thread_id, unit ORDER BY cut_floor) IS DISTINCT FROM state AS is_change
  FROM thread_state
  WHERE cut_at <= as_of AND (known_by IS NULL OR known_at <= known_by)
),
latest AS (
  SELECT
    thread_id, unit,
    ARG_MAX(row_at, cut_floor) AS s,
    MAX(cut_at) FILTER (is_change) AS state_since_at,
    -- Under an announcement the clock starts with the question, not with the announcement.
    CASE WHEN ARG_MIN(state, cut_floor) = '无需回复' THEN MIN(cut_at) FILTER (state <> '无需回复') END
      AS asked_at
  FROM row_at
  GROUP BY thread_id, unit
),
opening AS (
  SELECT thread_id, ARG_MIN(posted_at, floor) AS opened_at, MIN(captured_at) AS first_captured_at
  FROM thread_post_version
  WHERE floor = 1
  GROUP BY thread_id
),
fix AS (
  SELECT
    r.thread_id,
    MAX(value_json) FILTER (key = 'kind') AS kind,
    MAX(value_json) FILTER (key = 'needs_reply') AS needs_reply,
    MAX(value_json) FILTER (key = 'units') AS units,
    MAX(value_json) FILTER (key = 'urgency') AS urgency
  FROM correction_at(known_by) AS c
  JOIN thread_ref AS r ON r.ref = c.target
  GROUP BY r.thread_id
),
base AS (
  SELECT
    l.thread_id, l.s, l.state_since_at, l.asked_at,
    COALESCE(f.kind ->> '$', l.s.kind) AS kind,
    COALESCE(f.urgency ->> '$', l.s.urgency) AS urgency,
    f.needs_reply,
    f.units IS NOT NULL AS is_unit_decided,
    CASE WHEN f.units IS NULL THEN l.s.units ELSE from_json(f.units, '["VARCHAR"]') END AS units
  FROM latest AS l
  LEFT JOIN fix AS f USING (thread_id)
  WHERE l.unit = ''
),
numbered AS (
  SELECT *, UNNEST(
    CASE WHEN is_unit_decided AND LEN(units) > 0 THEN RANGE(1, LEN(units) + 1) ELSE [1] END
  ) AS number
  FROM base
),
moved AS (
  SELECT target AS ticket_id, ARG_MAX(unit, number_in_order) AS unit, MAX(decided_at) AS moved_at, COUNT(*) AS transfer_count
  FROM decision_at(known_by)
  WHERE kind = 'transfer' AND decided_at <= as_of
  GROUP BY target
),
said AS (
  SELECT
    target AS ticket_id,
    ARG_MAX(CAST(after_json AS JSON) ->> '$.state', number_in_order) AS state,
    MAX(decided_at) AS moved_at
  FROM decision_at(known_by)
  WHERE kind = 'state_change' AND decided_at <= as_of
  GROUP BY target
),
paused AS (
  SELECT target AS ticket_id, ARG_MAX(kind, number_in_order) = 'pause' AS is_paused
  FROM decision_at(known_by)
  WHERE kind IN ('pause', 'resume') AND decided_at <= as_of
  GROUP BY target
),
entry AS (
  SELECT
    CONCAT(n.thread_id, '-', n.number) AS ticket_id,
    n.thread_id, n.number, n.asked_at, n.kind, n.urgency, n.units, n.needs_reply, n.is_unit_decided,
    n.units[n.number] AS first_unit,
    COALESCE(own.s, n.s) AS s,
    COALESCE(own.state_since_at, n.state_since_at) AS state_since_at
  FROM numbered AS n
  LEFT JOIN latest AS own ON own.thread_id = n.thread_id AND own.unit = n.units[n.number]
)
SELECT
  t.ticket_id, t.thread_id,
  th.title, th.url, th.forum, th.board, th.site, th.sha256,
  t.kind, t.urgency,
  COALESCE(m.unit, t.first_unit) AS unit,
  t.units AS candidates, t.is_unit_decided OR m.unit IS NOT NULL AS is_unit_decided,
  CASE
    WHEN p.is_paused THEN '暂停'
    WHEN d.state IS NOT NULL AND d.moved_at >= t.state_since_at THEN d.state
    WHEN t.needs_reply = 'true' AND t.s.state = '无需回复' THEN '待研判'
    ELSE t.s.state
  END AS state,
  COALESCE(t.asked_at, o.opened_at) AS opened_at, o.first_captured_at,
  t.s.first_response_floor AS first_response_floor, t.s.first_response_at AS first_response_at,
  t.s.answer_floor AS answer_floor, t.s.answer_at AS answer_at,
  m.moved_at AS transferred_at, COALESCE(m.transfer_count, 0) AS transfer_count,
  t.s.why_json AS why_json
FROM entry AS t
JOIN thread_at(known_by) AS th USING (thread_id)
JOIN opening AS o USING (thread_id)
LEFT JOIN moved AS m USING (ticket_id)
LEFT JOIN said AS d USING (ticket_id)
LEFT JOIN paused AS p USING (ticket_id)
WHERE t.needs_reply IS DISTINCT FROM 'false'
  AND (t.s.state <> '无需回复' OR t.needs_reply = 'true' OR d.state IS NOT NULL);
