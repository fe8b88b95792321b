-- Which years were noted as not known or known, and what was said last of each? tickets: ids that waited,
-- of all that was said.
SELECT
  CAST(after_json::JSON ->> '$.year' AS INTEGER) AS year,
  ARG_MAX(after_json::JSON ->> '$.state', number_in_order) AS state,
  LIST_SORT(LIST_DISTINCT(FLATTEN(
    LIST(from_json(COALESCE(after_json::JSON -> '$.tickets', '[]'), '["VARCHAR"]'))
  ))) AS tickets
FROM decision
WHERE kind = 'calendar_note'
GROUP BY year
ORDER BY year;
