-- Which articles published up to $as_of (date) fit the filter, given what was known by $known_by (NULL: now)?
-- $has_words: only the texts $refs, $parts (lists: article, hash of its text) with their $scores, lower is better.
-- $unit, $role, $outlet, $topic, $form, $sentiment, $copies ('first', 'reprint'): '' for any; $topic '-' for none.
-- $start, $end (dates), $scope (unit): NULL for any. $sort: rank, newest, oldest. One screen; total: of all.
WITH hit AS (
  SELECT
    UNNEST(CAST($refs AS VARCHAR[])) AS article_id, UNNEST(CAST($parts AS VARCHAR[])) AS content_hash,
    UNNEST(CAST($scores AS DOUBLE[])) AS score
),
fact AS MATERIALIZED (SELECT * FROM article_fact_at($known_by)),
credited AS (
  SELECT
    article_id,
    LIST({'unit': unit, 'role': role, 'decided_by': decided_by, 'confidence': confidence} ORDER BY unit) AS credits
  FROM article_credit_at($known_by)
  GROUP BY article_id
),
fitting AS (
  SELECT f.*, c.credits, h.score, COUNT(*) OVER () AS total
  FROM fact AS f
  LEFT JOIN credited AS c USING (article_id)
  LEFT JOIN hit AS h USING (article_id, content_hash)
  WHERE (NOT $has_words OR h.score IS NOT NULL)
    AND CASE WHEN f.published_day IS NULL THEN CAST(f.first_captured_at AS DATE) ELSE f.published_day END <= $as_of
    AND ($start IS NULL OR f.published_day >= $start) AND ($end IS NULL OR f.published_day <= $end)
    AND ($outlet = '' OR f.outlet = $outlet)
    AND ($form = '' OR f.form = $form) AND ($sentiment = '' OR f.sentiment = $sentiment)
    AND ($topic = '' OR f.topic = $topic OR ($topic = '-' AND f.topic IS NULL))
    AND ($copies = '' OR f.is_first = ($copies = 'first'))
    AND ($unit = '' AND $role = ''
      OR LEN(LIST_FILTER(c.credits, x -> ($unit = '' OR x.unit = $unit) AND ($role = '' OR x.role = $role))) > 0
      OR $role = 'exposed' AND ($unit = '' AND LEN(f.exposed) > 0 OR LIST_CONTAINS(f.exposed, $unit)))
    AND ($scope IS NULL OR f.site_unit = $scope OR LIST_CONTAINS(f.exposed, $scope)
      OR LEN(LIST_FILTER(c.credits, x -> x.unit = $scope)) > 0
      OR f.article_id IN (SELECT t.article_id FROM article_tag AS t WHERE LIST_CONTAINS(t.mentions, $scope)))
),
screen AS (
  SELECT * FROM fitting
  ORDER BY
    CASE WHEN $sort = 'rank' THEN score END NULLS LAST,
    CASE WHEN $sort = 'oldest' THEN published_at END NULLS LAST,
    published_at DESC NULLS LAST, article_id
  LIMIT $limit OFFSET $offset
),
copy AS (
  SELECT
    story_id,
    LIST(
      {'article_id': article_id, 'outlet': outlet, 'title': title, 'published_day': published_day, 'is_first': is_first}
      ORDER BY is_first DESC, published_at, article_id
    ) AS copies
  FROM fact
  WHERE copy_count > 1 AND story_id IN (SELECT story_id FROM screen)
  GROUP BY story_id
)
SELECT screen.*, copy.copies
FROM screen LEFT JOIN copy USING (story_id)
ORDER BY
  CASE WHEN $sort = 'rank' THEN score END NULLS LAST,
  CASE WHEN $sort = 'oldest' THEN published_at END NULLS LAST,
  published_at DESC NULLS LAST, article_id;
