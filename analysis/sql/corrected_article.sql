-- What did people correct on articles, known by $known_by (NULL: now)? One row an article: its text, the keys that were
-- decided, and its tags as they stand with the corrections.
WITH decided AS (
  SELECT r.article_id, LIST(DISTINCT c.key ORDER BY c.key) AS decided
  FROM correction_at($known_by) AS c
  JOIN article_ref AS r ON r.ref = c.target
  GROUP BY r.article_id
)
SELECT
  d.article_id AS id, d.decided, a.title, v.body, a.outlet, a.published, a.page, a.is_lead AS lead,
  a.column_name AS column, a.kicker, a.subtitle, a.byline, a.source,
  f.topic, f.indicator, f.form, f.sentiment, f.has_editor_note, f.is_plan_column AS plan_column, f.exposed,
  CASE WHEN f.story_id = f.article_id THEN NULL ELSE f.story_id END AS reprint_of,
  COALESCE(c.credits, []) AS credits
FROM decided AS d
JOIN article_at($known_by) AS a USING (article_id)
JOIN article_version AS v USING (article_id, file, end_offset)
JOIN article_fact_at($known_by) AS f USING (article_id)
LEFT JOIN (
  SELECT article_id, LIST({'unit': unit, 'role': role} ORDER BY unit) AS credits
  FROM article_credit_at($known_by)
  GROUP BY article_id
) AS c USING (article_id)
ORDER BY d.article_id;
