-- Which decisions were taken on one of $targets (list), or have one of the ids $ids (list), given what was known
-- by $known_by (NULL: now)?
SELECT id, kind, target, who, decided_at, before_json, after_json, why
FROM decision_at($known_by)
WHERE target IN (SELECT UNNEST($targets)) OR id IN (SELECT UNNEST($ids))
ORDER BY number_in_order;
