-- Which articles were published from $start to $end (dates), given what was known by $known_by (NULL: now)?
-- $stories: only those that tell these (ids of first publications), NULL: all. $words: plan_fact_at.
SELECT * FROM plan_fact_at($known_by, $words)
WHERE published_day BETWEEN $start AND $end
  AND ($stories IS NULL OR LIST_CONTAINS(CAST($stories AS VARCHAR[]), story_id))
ORDER BY published_at, article_id;
