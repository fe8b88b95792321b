-- What did people correct on the article with the names $targets (list: its id and addresses), given what was known by
-- $known_by (NULL: now)?
SELECT DISTINCT key
FROM correction_at($known_by)
WHERE LIST_CONTAINS(CAST($targets AS VARCHAR[]), target)
ORDER BY key;
