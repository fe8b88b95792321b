-- Which articles published up to $as_of wait for a person, given what was known by $known_by (NULL: now)? One row a
-- doubtful credit or exposure, and one a topic or form below $class_threshold that nobody corrected; first
-- publications only. $articles: only these (ids), NULL: all.
WITH fact AS MATERIALIZED (
  SELECT article_id, content_hash, story_id, topic, form, title, outlet, published_day, url
  FROM article_fact_at($known_by)
  WHERE $articles IS NULL OR LIST_CONTAINS(CAST($articles AS VARCHAR[]), article_id)
),
sure AS (
  SELECT
    f.article_id, t.why_json, key AS field,
    CAST(CAST(t.confidence_json AS JSON) ->> key AS DOUBLE) AS confidence
  FROM (SELECT article_id, content_hash FROM fact WHERE story_id = article_id) AS f
  JOIN article_tag AS t USING (article_id, content_hash),
  (VALUES ('topic'), ('form')) AS keys (key)
),
doubt AS (
  SELECT CASE role WHEN 'exposed' THEN role ELSE 'credit' END AS what, article_id, unit AS said, role, confidence, why, quote
  FROM article_doubt_at($known_by)
  UNION ALL
  SELECT
    s.field, s.article_id, CASE s.field WHEN 'topic' THEN f.topic ELSE f.form END, NULL, s.confidence,
    CAST(s.why_json AS JSON) ->> CONCAT('$.', s.field, '.why'), NULL
  FROM sure AS s
  JOIN fact AS f USING (article_id)
  WHERE s.confidence < $class_threshold
    AND NOT EXISTS (
      SELECT 1 FROM correction_at($known_by) AS x JOIN article_ref AS r ON r.ref = x.target
      WHERE r.article_id = s.article_id AND x.key = s.field
    )
)
SELECT
  d.what, d.article_id, f.title, f.outlet, f.published_day, f.url, d.said, d.role, d.confidence, d.why, d.quote
FROM doubt AS d
JOIN fact AS f USING (article_id)
WHERE f.story_id = f.article_id AND (f.published_day IS NULL OR f.published_day <= $as_of)
ORDER BY d.role IS NULL, d.confidence DESC, f.published_day DESC, d.article_id, d.said;
