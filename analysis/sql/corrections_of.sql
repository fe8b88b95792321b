-- What did people correct on the article with the names $targets (list: its id and addresses), given what was known by
-- $known_by (NULL: now)? What they said of each last is its value.
SELECT key, ARG_MAX(value_json, number_in_order) AS value_json
FROM correction_at($known_by)
WHERE LIST_CONTAINS(CAST($targets AS VARCHAR[]), target)
GROUP BY key
ORDER BY key;
