-- What do the tags say now of the article that $target names (its id or address)? One row; none: there is no such article.
SELECT
  f.article_id, f.title, f.topic, f.indicator, f.form, f.sentiment, f.has_editor_note,
  f.is_plan_column AS plan_column, f.exposed,
  CASE WHEN f.story_id = f.article_id THEN NULL ELSE f.story_id END AS reprint_of,
  COALESCE(c.credits, []) AS credits,
  COALESCE(n.has_leader_note, FALSE) AS leader_note
FROM article_fact_at(NULL) AS f
LEFT JOIN (
  SELECT article_id, LIST({'unit': unit, 'role': role} ORDER BY unit) AS credits
  FROM article_credit_at(NULL)
  WHERE article_id IN (SELECT article_id FROM article_ref WHERE ref = $target)  -- to put all in order takes seconds
  GROUP BY article_id
) AS c USING (article_id)
LEFT JOIN leader_note_at(NULL) AS n USING (article_id)
WHERE f.article_id IN (SELECT article_id FROM article_ref WHERE ref = $target);
