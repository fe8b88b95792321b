-- Which articles tell the story of the one that $target names (its id or address), itself among them, given what
-- was known by $known_by (NULL: now)? First publication first.
WITH fact AS MATERIALIZED (SELECT * FROM article_fact_at($known_by))
SELECT *
FROM fact
WHERE story_id IN (
  SELECT story_id FROM fact WHERE article_id IN (SELECT article_id FROM article_ref WHERE ref = $target)
)
ORDER BY is_first DESC, published_at NULLS LAST, first_captured_at, article_id;
