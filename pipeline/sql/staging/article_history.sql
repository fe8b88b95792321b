-- The newest text of each article that was known at a moment (NULL: now), with the day of its first capture, read
-- from all versions. article_at answers the same, for now from the table that the build made of it.
CREATE OR REPLACE MACRO article_history(known_by) AS TABLE
SELECT
  v.* EXCLUDE (body, has_body),
  v.body,
  CAST(v.published_at AS DATE) AS published_day,
  first.first_captured_at,
  first.version_count
FROM article_version AS v
JOIN (
  SELECT article_id, MIN(captured_at) AS first_captured_at, COUNT(DISTINCT content_hash) AS version_count
  FROM article_version
  WHERE known_by IS NULL OR captured_at <= known_by
  GROUP BY article_id
) AS first USING (article_id)
WHERE known_by IS NULL OR v.captured_at <= known_by
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY v.article_id ORDER BY v.captured_at DESC NULLS LAST, v.run DESC, v.file DESC, v.end_offset DESC
) = 1;
