-- Which records and decisions up to $as_of speak of one of the units $units (list) and one of the tasks $tasks (list),
-- given what was known by $known_by (NULL: now)? Proofs of the kind $proof (NULL: the task asks for none) count by the
-- day that they speak of; what is withdrawn counts on no day, so that withdrawals are told on all.
-- appeal: their appeals for the task, with all that was done to them.
WITH near AS MATERIALIZED (  -- the few rows whose content is looked into
  SELECT *
  FROM decision_at($known_by)
  WHERE target IN (SELECT UNNEST($units)) OR starts_with(kind, 'appeal_')
),
said AS (
  SELECT *, CAST(after_json AS JSON) ->> '$.task' AS task, CAST(after_json AS JSON) ->> '$.unit' AS unit,
    TRY_CAST(CAST(after_json AS JSON) ->> '$.date' AS DATE) AS day
  FROM near
),
appeal AS (
  SELECT target
  FROM said
  WHERE
    kind = 'appeal_open' AND unit IN (SELECT UNNEST($units)) AND task IN (SELECT UNNEST($tasks))
)
SELECT id, kind, target, who, decided_at, before_json, after_json, why
FROM said
WHERE
  (
    kind = 'proof_withdrawal'
    OR CASE WHEN kind = $proof THEN COALESCE(day, CAST(decided_at AS DATE)) ELSE CAST(decided_at AS DATE) END <= $as_of
  )
  AND (
    (target IN (SELECT UNNEST($units)) AND task IN (SELECT UNNEST($tasks)))
    OR (
      target IN (SELECT UNNEST($units)) AND task IS NULL AND kind = $proof AND kind <> 'proof_received'
    )
    OR target IN (SELECT target FROM appeal)
  )
ORDER BY number_in_order;
