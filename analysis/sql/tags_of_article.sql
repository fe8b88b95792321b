-- What do the tags say now of the article that $target names (its id or address)? One row; none: there is no such article.
SELECT
  f.article_id, f.title, f.topic, f.indicator, f.form, f.sentiment, f.has_editor_note,
  f.is_plan_column AS plan_column, f.exposed,
  CASE WHEN f.story_id = f.article_id THEN NULL ELSE f.story_id END AS reprint_of,
  COALESCE(c.credits, []) AS credits,
  COALESCE(n.leader_note, FALSE) AS leader_note
FROM article_fact_at(NULL) AS f
LEFT JOIN (
  SELECT article_id, LIST({'unit': unit, 'role': role} ORDER BY unit) AS credits
  FROM article_credit_at(NULL)
  GROUP BY article_id
) AS c USING (article_id)
LEFT JOIN (
  SELECT r.article_id, ARG_MAX(c.value_json, c.number_in_order) = 'true' AS leader_note
  FROM correction_at(NULL) AS c
  JOIN article_ref AS r ON r.ref = c.target
  WHERE c.key = 'leader_note'
  GROUP BY r.article_id
) AS n USING (article_id)
WHERE f.article_id IN (SELECT article_id FROM article_ref WHERE ref = $target);
