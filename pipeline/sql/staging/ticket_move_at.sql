-- What people decided on tickets up to as_of, known at known_by (NULL: now), one row a decision, its parts read.
-- round_at: when a new round of both clocks began with it. unit: of a transfer. is_resumed: a pause that still held is
-- over with it; resumed_at: from when on (an objection counts from its floor on).
CREATE OR REPLACE MACRO ticket_move_at(as_of, known_by) AS TABLE
SELECT
  target AS ticket_id, id, kind, decided_at, who, why, unit, number_in_order,
  before_json::JSON ->> '$.unit' AS unit_before,
  after_json::JSON ->> '$.move' AS move,
  after_json::JSON ->> '$.state' AS state,
  CAST(after_json::JSON ->> '$.days' AS INTEGER) AS days,
  CAST(after_json::JSON ->> '$.floor' AS INTEGER) AS floor,
  CAST(after_json::JSON ->> '$.floor_at' AS TIMESTAMP) AS floor_at,
  CAST(after_json::JSON ->> '$.round_at' AS TIMESTAMP) AS round_at,
  kind = 'resume' OR COALESCE(move IN (
    'no_reply_needed', 'solved_confirmed', 'dispute_confirmed', 'reopen', 'close', 'decide_units'
  ), FALSE) AS is_resumed,
  COALESCE(round_at, decided_at) AS resumed_at
FROM decision_at(known_by)
WHERE kind IN ('transfer', 'state_change', 'extension', 'pause', 'resume') AND decided_at <= as_of;
