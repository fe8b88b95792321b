-- Tickets as they stood at as_of, given what was known by known_by (NULL: now): one for each unit that must
-- answer (docs/decisions/0005). threads: only of these (a list of ids), NULL: of all. Its id is the thread's with a number and stays when the ticket is transferred.
-- unit NULL: nobody knows yet whose it is. The clocks' moments are those of the present round; past_rounds are
-- the rounds before a reopening. undated_floors: of the two floors that stop the clocks, those whose time cannot be
-- read: the moment is the latest that it can have been. ended_at: when a person closed it, or the floor on which that rests was said.
CREATE OR REPLACE MACRO ticket_at(as_of, known_by, threads := NULL) AS TABLE
WITH RECURSIVE move AS MATERIALIZED (SELECT * FROM ticket_move_at(as_of, known_by)),
latest AS (
  SELECT * FROM thread_state_at(known_by)
  WHERE opening_floor = 1 AND cut_at <= as_of AND (known_by IS NULL OR known_at <= known_by)
    AND NOT COALESCE(next_cut_at <= as_of AND (known_by IS NULL OR next_known_at <= known_by), FALSE)
    AND (threads IS NULL OR thread_id IN (SELECT UNNEST(CAST(threads AS VARCHAR[]))))
),
said AS (
  SELECT * FROM thread_said_at(known_by)
  WHERE kind IN ('response', 'answer', 'sent_back')
    AND said_at <= as_of AND (known_by IS NULL OR known_at <= known_by)
    AND (threads IS NULL OR thread_id IN (SELECT UNNEST(CAST(threads AS VARCHAR[]))))
),
-- Who must answer is decided on a day: the days before keep the tickets that they had.
decided AS (
  SELECT
    r.thread_id,
    from_json(ARG_MAX(v.value_json, v.number_in_order), '["VARCHAR"]') AS units,
    MAX(v.number_in_order) AS number_in_order
  FROM decision_value AS v
  JOIN thread_ref AS r ON r.ref = v.target
  WHERE v.kind = 'tag_correction' AND v.key = 'units'
    AND v.decided_at <= as_of AND (known_by IS NULL OR v.decided_at <= known_by)
  GROUP BY r.thread_id
),
touched AS (
  SELECT DISTINCT REGEXP_REPLACE(ticket_id, '-\d+$', '') AS thread_id FROM move WHERE state IS NOT NULL
),
called AS (SELECT thread_id, LIST(unit ORDER BY number) AS units FROM thread_call_at(known_by) GROUP BY thread_id),
answered AS (
  SELECT thread_id, LIST(DISTINCT unit) AS units FROM said
  WHERE kind = 'answer' AND unit IS NOT NULL
  GROUP BY thread_id
  HAVING COUNT(DISTINCT unit) > 1
),
base AS (
  SELECT
    l.thread_id, l.state AS thread_state, l.state_since_at, l.why_json,
    COALESCE(l.asked_at, l.opened_at) AS opened_at, l.first_captured_at,
    l.first_response_at AS any_response_at, l.first_response_floor AS any_response_floor,
    l.answer_at AS any_answer_at, l.answer_floor AS any_answer_floor,
    f.needs_reply,
    COALESCE(f.kind ->> '$', l.kind) AS kind,
    COALESCE(f.urgency ->> '$', l.urgency) AS urgency,
    d.units IS NOT NULL AS is_unit_decided,
    COALESCE(d.units, l.units) AS candidates,
    CASE
      WHEN d.units IS NOT NULL THEN d.units
      WHEN l.kind = '公告' THEN l.units[1:1]
      WHEN LIST_CONTAINS(c.units, l.units[1]) THEN LIST_FILTER(l.units, lambda u: LIST_CONTAINS(c.units, u))
      WHEN LIST_CONTAINS(a.units, l.units[1]) THEN LIST_FILTER(l.units, lambda u: LIST_CONTAINS(a.units, u))
      ELSE l.units[1:1]
    END AS units,
    -- Units found together only because each has answered: what came before was for both.
    d.units IS NULL AND NOT COALESCE(LIST_CONTAINS(c.units, l.units[1]), FALSE) AS is_shared
  FROM latest AS l
  LEFT JOIN thread_correction_at(known_by) AS f USING (thread_id)
  LEFT JOIN decided AS d USING (thread_id)
  LEFT JOIN called AS c USING (thread_id)
  LEFT JOIN answered AS a USING (thread_id)
  -- What nobody need answer and nobody touched is no ticket.
  WHERE f.needs_reply IS DISTINCT FROM 'false'
    AND (l.state <> '无需回复' OR f.needs_reply = 'true' OR l.thread_id IN (SELECT thread_id FROM touched))
),
numbered AS (SELECT *, UNNEST(RANGE(1, GREATEST(LEN(units), 1) + 1)) AS number FROM base),
-- A transfer that was taken back moved nothing, and the taking back neither.
passed AS (
  SELECT
    m.*, m.number_in_order > COALESCE(d.number_in_order, -1) AS is_newest,
    m.unit IS DISTINCT FROM m.unit_before AND m.move IS DISTINCT FROM 'take_back' AND NOT m.is_undone AS is_moved
  FROM (
    SELECT
      *, COALESCE(LEAD(move) OVER (PARTITION BY ticket_id ORDER BY number_in_order) = 'take_back', FALSE) AS is_undone
    FROM move
  ) AS m
  LEFT JOIN decided AS d ON d.thread_id = REGEXP_REPLACE(m.ticket_id, '-\d+$', '')
  WHERE m.kind = 'transfer'
),
-- Deciding the units anew overrides earlier transfers. held: units that had the ticket for a time.
moved AS (
  SELECT
    ticket_id,
    ARG_MAX(unit, number_in_order) FILTER (NOT is_undone) AS unit,
    COALESCE(LIST(DISTINCT unit) FILTER (NOT is_undone), []) AS held,
    BOOL_OR(NOT is_undone AND move IS DISTINCT FROM 'take_back') AS is_given,
    COUNT(*) FILTER (is_moved) AS transfer_count
  FROM passed WHERE is_newest GROUP BY ticket_id
),
-- When a ticket was passed on for good (改派; a hand-over starts no clock anew).
passed_on AS (
  SELECT ticket_id, LIST(decided_at ORDER BY number_in_order) AS passed_at
  FROM passed WHERE is_moved AND move IS DISTINCT FROM 'hand_over' GROUP BY ticket_id
),
-- closed_at: when a person had closed it before, or the floor on which that rests was said.
step AS (
  SELECT
    ticket_id, state, decided_at, number_in_order, round_at, COALESCE(floor_at, decided_at) AS ended_at,
    CASE WHEN LAG(state) OVER own = '已办结' THEN LAG(COALESCE(floor_at, decided_at)) OVER own END AS closed_at
  FROM move
  WHERE kind IN ('state_change', 'transfer', 'extension') AND state IS NOT NULL
    AND COALESCE(move, '') NOT IN ('response_confirmed', 'answer_confirmed', 'answer_rejected')
  WINDOW own AS (PARTITION BY ticket_id ORDER BY number_in_order)
),
stated AS (
  SELECT
    ticket_id,
    ARG_MAX(state, number_in_order) AS state,
    ARG_MAX(decided_at, number_in_order) AS decided_at,
    ARG_MAX(ended_at, number_in_order) AS ended_at
  FROM step GROUP BY ticket_id
),
paused AS (
  SELECT ticket_id, ARG_MAX(kind, number_in_order) = 'pause' AS is_paused
  FROM move WHERE kind = 'pause' OR is_resumed GROUP BY ticket_id
),
judged AS (
  SELECT
    ticket_id, floor,
    ARG_MAX(move, number_in_order) AS move,
    MAX(decided_at) AS decided_at,
    ARG_MAX(floor_at, number_in_order) AS floor_at
  FROM move WHERE move IN ('response_confirmed', 'answer_confirmed', 'answer_rejected')
  GROUP BY ticket_id, floor
),
reopened AS (
  SELECT
    ticket_id,
    LIST(round_at ORDER BY number_in_order) AS starts,
    LIST(closed_at ORDER BY number_in_order) AS closed
  FROM step WHERE round_at IS NOT NULL GROUP BY ticket_id
),
-- Which unit took over from which, also by way of others.
heir AS (
  SELECT short, successor FROM unit WHERE successor IS NOT NULL
  UNION
  SELECT h.short, u.successor FROM heir AS h JOIN unit AS u ON u.short = h.successor WHERE u.successor IS NOT NULL
),
kin AS (
  SELECT short AS unit, successor AS name FROM heir UNION SELECT successor, short FROM heir
),
-- Whose floors are not a ticket's: those of the other tickets' units, as they were and are. The unit that had it before
-- it was passed on still speaks for it, unless it has another ticket of the thread.
owned AS (
  SELECT
    * EXCLUDE (now_units, held, all_held),
    LIST_FILTER(
      LIST_CONCAT(units, now_units, all_held),
      lambda u: u <> unit AND (
        LIST_CONTAINS(now_units, u) OR LIST_CONTAINS(units, u) AND u <> first_unit
        OR NOT LIST_CONTAINS(units, u) AND NOT LIST_CONTAINS(held, u)
      )
    ) AS others
  FROM (
    SELECT
      n.*, COALESCE(m.unit, n.first_unit) AS unit, COALESCE(m.held, []) AS held,
      LIST(COALESCE(m.unit, n.first_unit)) OVER (PARTITION BY n.thread_id) AS now_units,
      FLATTEN(LIST(COALESCE(m.held, [])) OVER (PARTITION BY n.thread_id)) AS all_held
    FROM (SELECT *, CONCAT(thread_id, '-', number) AS ticket_id, units[number] AS first_unit FROM numbered) AS n
    LEFT JOIN moved AS m USING (ticket_id)
  )
),
-- Who took over from a unit, or of whom only the old name is known, speaks as that unit does.
akin AS (
  SELECT o.ticket_id, LIST(DISTINCT k.name) AS names
  FROM (SELECT ticket_id, unit, first_unit, UNNEST(others) AS other FROM owned) AS o
  JOIN kin AS k ON k.unit = o.other
  LEFT JOIN kin AS own ON own.name = k.name AND own.unit IN (o.unit, o.first_unit)
  WHERE own.name IS NULL AND k.name NOT IN (o.unit, o.first_unit)
  GROUP BY o.ticket_id
),
entry AS (
  SELECT o.* EXCLUDE (unit) REPLACE (LIST_CONCAT(o.others, COALESCE(a.names, [])) AS others)
  FROM owned AS o LEFT JOIN akin AS a USING (ticket_id)
),
-- Only where the thread as a whole does not tell: several units, floors that a person judged, later rounds.
special AS (
  SELECT e.ticket_id, e.thread_id, e.number, e.others, e.is_shared, COALESCE(r.starts, []) AS starts, r.closed
  FROM entry AS e
  LEFT JOIN reopened AS r USING (ticket_id)
  WHERE LEN(e.others) > 0 OR r.starts IS NOT NULL OR e.ticket_id IN (SELECT ticket_id FROM judged)
),
own AS (
  SELECT x.ticket_id, x.starts, f.floor, f.kind, f.said_at, f.said_at AS moved_at
  FROM special AS x
  JOIN said AS f USING (thread_id)
  LEFT JOIN judged AS j ON j.ticket_id = x.ticket_id AND j.floor = f.floor
  WHERE j.move IS NULL AND (
    f.unit IS NULL OR NOT LIST_CONTAINS(x.others, f.unit)
    OR x.is_shared AND x.number = 1 AND f.kind = 'response'
  )
  UNION ALL
  SELECT x.ticket_id, x.starts, j.floor, REPLACE(j.move, '_confirmed', ''), j.floor_at, j.decided_at
  FROM special AS x JOIN judged AS j USING (ticket_id)
  WHERE j.move <> 'answer_rejected'
),
round AS (
  SELECT
    ticket_id, LEN(LIST_FILTER(starts, lambda s: s < said_at)) AS number,
    MIN(said_at) FILTER (kind <> 'sent_back') AS first_response_at,
    ARG_MIN(floor, (said_at, floor)) FILTER (kind <> 'sent_back') AS first_response_floor,
    MIN(said_at) FILTER (kind = 'answer') AS answer_at,
    ARG_MIN(floor, (said_at, floor)) FILTER (kind = 'answer') AS answer_floor,
    ARG_MAX(kind, (moved_at, floor)) AS last_kind,
    MAX(moved_at) AS last_at
  FROM own GROUP BY ALL
),
-- Also of rounds in which no floor was said.
past AS (
  SELECT
    x.ticket_id,
    LIST({
      'started_at': CASE WHEN x.place > 0 THEN x.starts[x.place] END, 'ended_at': x.starts[x.place + 1],
      'first_response_at': p.first_response_at, 'answer_at': p.answer_at, 'closed_at': x.closed[x.place + 1]
    } ORDER BY x.place) AS past_rounds
  FROM (SELECT *, UNNEST(RANGE(LEN(starts))) AS place FROM special) AS x
  LEFT JOIN round AS p ON p.ticket_id = x.ticket_id AND p.number = x.place
  GROUP BY x.ticket_id
),
folded AS (
  SELECT
    x.ticket_id,
    LEN(x.starts) AS round_count,
    x.starts[-1] AS round_at,
    CASE
      WHEN r.answer_at IS NOT NULL THEN '已答复'
      WHEN r.last_kind = 'sent_back' THEN '退回改派'
      WHEN r.first_response_at IS NOT NULL THEN '已初步回应'
      ELSE '待研判'
    END AS state,
    r.last_at AS state_since_at,
    r.first_response_at, r.first_response_floor, r.answer_at, r.answer_floor,
    a.past_rounds
  FROM special AS x
  LEFT JOIN round AS r ON r.ticket_id = x.ticket_id AND r.number = LEN(x.starts)
  LEFT JOIN past AS a ON a.ticket_id = x.ticket_id
),
-- A response or a sending-back that comes again after people moved the ticket moves it again.
last_said AS (
  SELECT thread_id, ARG_MAX(kind, floor) AS kind, MAX(said_at) AS said_at FROM said GROUP BY thread_id
),
undated AS (
  SELECT thread_id, LIST(floor ORDER BY floor) AS floors FROM said WHERE NOT is_dated GROUP BY thread_id
),
whole AS (
  SELECT
    e.*,
    COALESCE(f.state, e.thread_state) AS floor_state,
    CASE
      WHEN f.ticket_id IS NOT NULL THEN COALESCE(f.state_since_at, f.round_at, TIMESTAMP '1900-01-01')
      WHEN (e.thread_state, b.kind) IN (('退回改派', 'sent_back'), ('已初步回应', 'response')) THEN b.said_at
      ELSE e.state_since_at
    END AS since_at,
    COALESCE(f.round_count, 0) AS round_count, f.round_at, f.past_rounds,
    CASE WHEN f.ticket_id IS NULL THEN e.any_response_at ELSE f.first_response_at END AS first_response_at,
    CASE WHEN f.ticket_id IS NULL THEN e.any_response_floor ELSE f.first_response_floor END AS first_response_floor,
    CASE WHEN f.ticket_id IS NULL THEN e.any_answer_at ELSE f.answer_at END AS answer_at,
    CASE WHEN f.ticket_id IS NULL THEN e.any_answer_floor ELSE f.answer_floor END AS answer_floor
  FROM entry AS e
  LEFT JOIN folded AS f USING (ticket_id)
  LEFT JOIN last_said AS b USING (thread_id)
)
SELECT
  t.ticket_id, t.thread_id,
  LIST_FILTER(u.floors, lambda f: f IN (t.first_response_floor, t.answer_floor)) AS undated_floors,
  th.title, th.url, th.forum, th.board, th.site, th.sha256,
  t.kind, t.urgency,
  COALESCE(m.unit, t.first_unit) AS unit,
  t.candidates, t.is_unit_decided OR COALESCE(m.is_given, FALSE) AS is_unit_decided,
  LEN(t.units) > 1 AS is_shared_thread,
  CASE
    WHEN d.state IN ('已办结', '无需回复') THEN d.state
    WHEN t.floor_state = '已答复' THEN '已答复'
    WHEN p.is_paused THEN '暂停'
    WHEN d.state IS NOT NULL AND d.decided_at >= t.since_at THEN d.state
    WHEN t.needs_reply = 'true' AND t.floor_state = '无需回复' THEN '待研判'
    ELSE t.floor_state
  END AS state,
  t.opened_at, t.first_captured_at,
  t.first_response_floor, t.first_response_at, t.answer_floor, t.answer_at,
  t.round_count, t.round_at, t.past_rounds,
  CASE WHEN d.state = '已办结' THEN d.ended_at END AS ended_at,
  o.passed_at, COALESCE(m.transfer_count, 0) AS transfer_count,
  t.why_json
FROM whole AS t
JOIN thread_at(known_by) AS th USING (thread_id)
LEFT JOIN undated AS u USING (thread_id)
LEFT JOIN moved AS m USING (ticket_id)
LEFT JOIN passed_on AS o USING (ticket_id)
LEFT JOIN stated AS d USING (ticket_id)
LEFT JOIN paused AS p USING (ticket_id)
WHERE t.thread_state <> '无需回复' OR t.needs_reply = 'true' OR d.state IS NOT NULL;
