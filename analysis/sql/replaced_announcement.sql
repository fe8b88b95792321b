-- On which pages did a 公告 with one of $words (a list) in its title stand, and since then a text without them, given
-- what was known by $known_by (NULL: now)? The newest such text; replaced_at: when the other was first captured.
WITH told AS (
  SELECT
    v.article_id, v.content_hash, v.url, v.title, v.outlet, v.site, v.page, v.is_lead, v.published_at, v.captured_at,
    v.sha256, t.form,
    LIST_FILTER(CAST($words AS VARCHAR[]), w -> CONTAINS(v.title, w)) AS title_words,
    t.form = '公告' AND LEN(title_words) > 0 AS is_it, LEN(title_words) = 0 AS is_other,
    {'at': v.captured_at, 'run': v.run, 'file': v.file, 'end_offset': v.end_offset} AS landed
  FROM article_version AS v
  JOIN article_tag AS t USING (article_id, content_hash)
  WHERE v.article_id IN (SELECT article_id FROM article_at($known_by) WHERE version_count > 1)
    AND ($known_by IS NULL OR v.captured_at <= $known_by) AND v.captured_at IS NOT NULL
),
last_of AS (
  SELECT
    article_id, MAX(landed) FILTER (is_it) AS landed,
    MIN(captured_at) FILTER (is_other AND landed > (
      SELECT MAX(own.landed) FROM told AS own WHERE own.is_it AND own.article_id = told.article_id
    )) AS replaced_at
  FROM told GROUP BY article_id
)
SELECT
  told.article_id, told.url, told.title, told.outlet, o.class AS outlet_class, COALESCE(s.level, o.level) AS level,
  told.site, COALESCE(s.unit, o.unit) AS site_unit, told.page, told.is_lead, told.published_at,
  CAST(told.published_at AS DATE) AS published_day, told.form, told.sha256, told.title_words,
  (
    SELECT LIST(c.unit ORDER BY c.unit) FROM article_credit_tag AS c
    WHERE c.article_id = told.article_id AND c.content_hash = told.content_hash AND c.role = 'byline'
      AND NOT c.is_doubtful
  ) AS bylines,
  last_of.replaced_at
FROM told
JOIN last_of ON last_of.article_id = told.article_id AND last_of.landed = told.landed
LEFT JOIN outlet_class AS o ON o.outlet = told.outlet
LEFT JOIN site AS s ON s.slug = told.site
WHERE last_of.replaced_at IS NOT NULL AND told.published_at IS NOT NULL
ORDER BY told.published_at, told.article_id;
