-- Which decisions of the kinds $kinds (list) were recorded, given what was known by $known_by (NULL: now)?
SELECT id, kind, target, who, decided_at, before_json, after_json, why
FROM decision_at($known_by)
WHERE kind IN (SELECT UNNEST($kinds))
ORDER BY number_in_order;
