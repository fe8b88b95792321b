-- Every article with its tags and credits, given what was known by $known_by (NULL: now): what lists are cut from.
-- $articles: only these (ids), NULL: all.
-- day: of publication, else of the first capture. mentions: units that it names without a credit.
SELECT
  f.article_id, f.content_hash, f.outlet, f.site_unit, f.url, f.title, f.page, f.is_lead, f.column_name,
  f.published_at, f.published_day, COALESCE(f.published_day, CAST(f.first_captured_at AS DATE)) AS day,
  f.first_captured_at, f.sha256, f.topic, f.indicator, f.form, f.sentiment, f.has_editor_note, f.is_plan_column,
  f.exposed, f.story_id, f.reprint_why, f.is_first, f.copy_count, c.credits, t.mentions
FROM article_fact_at($known_by) AS f
JOIN article_tag AS t USING (article_id, content_hash)
LEFT JOIN (
  SELECT
    article_id,
    LIST({'unit': unit, 'role': role, 'decided_by': decided_by, 'confidence': confidence} ORDER BY unit) AS credits
  FROM article_credit_at($known_by, articles := CAST($articles AS VARCHAR[]))
  GROUP BY article_id
) AS c USING (article_id)
WHERE $articles IS NULL OR LIST_CONTAINS(CAST($articles AS VARCHAR[]), f.article_id)
ORDER BY f.published_at DESC NULLS LAST, f.article_id;
