-- What do the tags say now of the article that $target names (its id or address)? One row; none: there is no such article.
SELECT
  f.article_id, f.title, f.topic, f.indicator, f.form, f.sentiment, f.has_editor_note,
  f.is_plan_column AS plan_column, f.exposed,
  CASE WHEN f.story_id = f.article_id THEN NULL ELSE f.story_id END AS reprint_of,
  COALESCE(c.credits, []) AS credits,
  f.has_leader_note AS leader_note
FROM plan_fact_at(NULL, CAST([] AS VARCHAR[])) AS f
LEFT JOIN (
  SELECT article_id, LIST({'unit': unit, 'role': role} ORDER BY unit) AS credits
  FROM article_credit_at(NULL)
  GROUP BY article_id
) AS c USING (article_id)
WHERE f.article_id IN (SELECT article_id FROM article_ref WHERE ref = $target);
