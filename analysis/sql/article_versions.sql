-- Which texts did the article $article_id ever have, given what was known by $known_by (NULL: now)? Newest first,
-- each with when it was first and last captured, its newest capture, what the crawl said of it, and what the rules say of it.
WITH captured AS MATERIALIZED (
  SELECT * FROM article_version
  WHERE article_id = $article_id AND ($known_by IS NULL OR captured_at <= $known_by)
),
seen AS (
  SELECT
    content_hash, MIN(captured_at) AS first_captured_at, MAX(captured_at) AS last_captured_at,
    COUNT(*) AS capture_count, ARG_MAX(sha256, (captured_at, run, file, end_offset)) AS sha256,
    ARG_MAX({'file': file, 'end_offset': end_offset}, (captured_at, run, file, end_offset)) AS place
  FROM captured
  GROUP BY content_hash
)
SELECT
  s.content_hash, s.first_captured_at, s.last_captured_at, s.capture_count, s.sha256,
  v.url, v.title, v.kicker, v.subtitle, v.byline, v.source, v.column_name, v.page_name, v.body, v.images, v.published,
  t.topic, t.indicator, t.sentiment, t.sentiment_score, t.form, t.has_editor_note, t.is_plan_column,
  t.mentions, t.exposed, t.why_json, t.confidence_json, f.detail AS fetch_detail
FROM seen AS s
JOIN captured AS v
  ON v.content_hash = s.content_hash AND v.file = s.place.file AND v.end_offset = s.place.end_offset
LEFT JOIN page_fetch AS f ON f.file = s.place.file AND f.end_offset = s.place.end_offset
LEFT JOIN article_tag AS t ON t.article_id = $article_id AND t.content_hash = s.content_hash
ORDER BY s.last_captured_at DESC NULLS LAST, s.content_hash;
