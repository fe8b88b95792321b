-- In which decisions of the kinds $kinds (list) does the file with the digest $sha256 stand, given what was known by
-- $known_by (NULL: now)?
WITH near AS MATERIALIZED (  -- the few rows whose content is looked into
  SELECT * FROM decision_at($known_by) WHERE kind IN (SELECT UNNEST($kinds))
)
SELECT id, kind, target, who, decided_at, before_json, after_json, why
FROM near
WHERE (CAST(after_json AS JSON) ->> '$.sha256') = $sha256
ORDER BY number_in_order;
