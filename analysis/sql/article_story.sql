-- Which articles of the held list (article_held) tell the story of the one that $target names (its id or address),
-- itself among them? First publication first.
WITH told AS (
  SELECT place FROM held
  WHERE story_id IN (
    SELECT story_id FROM held WHERE article_id = $target
    UNION ALL SELECT story_id FROM held WHERE url = $target
  )
)
SELECT held.*
FROM held JOIN told USING (place)
ORDER BY is_first DESC, published_at NULLS LAST, first_captured_at, article_id;
