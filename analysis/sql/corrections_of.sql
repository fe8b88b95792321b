-- What did people correct on the article $target (its id), given what was known by $known_by (NULL: now)?
SELECT c.key, c.value_json
FROM correction_at($known_by) AS c
JOIN article_ref AS r ON r.ref = c.target
WHERE r.article_id = $target
ORDER BY c.key;
