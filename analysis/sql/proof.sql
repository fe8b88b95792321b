-- What was handed in or noted, given what was known by $known_by (NULL: now)?
-- day: the day that the decision speaks of, else the day on which it was recorded.
SELECT
  id, kind, target, who, why, decided_at,
  CAST(after_json AS JSON) ->> '$.task' AS task,
  COALESCE(TRY_CAST(CAST(after_json AS JSON) ->> '$.date' AS DATE), CAST(decided_at AS DATE)) AS day,
  TRY_CAST(CAST(after_json AS JSON) ->> '$.until' AS DATE) AS until_day,
  TRY_CAST(CAST(after_json AS JSON) ->> '$.removed' AS DATE) AS removed_day,
  CAST(after_json AS JSON) ->> '$.state' AS state
FROM decision_at($known_by)
WHERE kind IN ('contact_register', 'proof_received', 'board_proof', 'meeting_held', 'source_note')
ORDER BY number_in_order;
