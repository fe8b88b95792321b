-- What was handed in or noted and not withdrawn, given what was known by $known_by (NULL: now)?
-- day: the day that the decision speaks of, else the day on which it was recorded.
-- form, concerned: of a measure: which, and against whom (JSON list). title, address: what it is called and where a
-- page shows it.
WITH known AS MATERIALIZED (  -- the decisions whose content is looked into
  SELECT *, CAST(after_json AS JSON) AS said
  FROM decision_at($known_by)
  WHERE kind IN (
    'contact_register', 'proof_received', 'board_proof', 'meeting_held', 'measure_taken', 'source_note',
    'proof_withdrawal'
  )
)
SELECT
  id, kind, target, who, why, decided_at,
  said ->> '$.task' AS task,
  COALESCE(TRY_CAST(said ->> '$.date' AS DATE), CAST(decided_at AS DATE)) AS day,
  TRY_CAST(said ->> '$.until' AS DATE) AS until_day,
  TRY_CAST(said ->> '$.removed' AS DATE) AS removed_day,
  said ->> '$.state' AS state,
  said ->> '$.form' AS form,
  COALESCE(said ->> '$.concerned', '') AS concerned,
  said ->> '$.title' AS title,
  COALESCE(said ->> '$.url', said ->> '$.file') AS address
FROM known
WHERE
  kind <> 'proof_withdrawal'
  AND NOT EXISTS (
    FROM known AS taken WHERE taken.kind = 'proof_withdrawal' AND (taken.said ->> '$.proof') = known.id
  )
ORDER BY number_in_order;
