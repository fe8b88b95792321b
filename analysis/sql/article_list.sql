-- Which articles of the held list (article_held) published up to $as_of (date) fit the filter? One screen; total: of all.
-- $has_words: only the texts $refs, $parts (lists: article, hash of its text) with their $scores, lower is better.
-- $unit, $role, $outlet, $topic, $form, $sentiment, $copies ('first', 'reprint'): '' for any; $topic '-' for none.
-- $start, $end (dates), $scope (unit): NULL for any. $sort: rank, newest, oldest.
WITH hit AS (
  SELECT
    UNNEST(CAST($refs AS VARCHAR[])) AS article_id, UNNEST(CAST($parts AS VARCHAR[])) AS content_hash,
    UNNEST(CAST($scores AS DOUBLE[])) AS score
),
fitting AS MATERIALIZED (
  SELECT f.place, f.article_id, f.published_at, h.score
  FROM held AS f
  LEFT JOIN hit AS h USING (article_id, content_hash)
  WHERE (NOT $has_words OR h.score IS NOT NULL)
    AND f.day <= $as_of
    AND ($start IS NULL OR f.published_day >= $start) AND ($end IS NULL OR f.published_day <= $end)
    AND ($outlet = '' OR f.outlet = $outlet)
    AND ($form = '' OR f.form = $form) AND ($sentiment = '' OR f.sentiment = $sentiment)
    AND ($topic = '' OR f.topic = $topic OR ($topic = '-' AND f.topic IS NULL))
    AND ($copies = '' OR f.is_first = ($copies = 'first'))
    AND ($unit = '' AND $role = ''
      OR LEN(LIST_FILTER(f.credits, x -> ($unit = '' OR x.unit = $unit) AND ($role = '' OR x.role = $role))) > 0
      OR $role = 'exposed' AND ($unit = '' AND LEN(f.exposed) > 0 OR LIST_CONTAINS(f.exposed, $unit)))
    AND ($scope IS NULL OR f.site_unit = $scope OR LIST_CONTAINS(f.exposed, $scope)
      OR LIST_CONTAINS(f.mentions, $scope) OR LEN(LIST_FILTER(f.credits, x -> x.unit = $scope)) > 0)
),
screen AS (
  SELECT place, score, (SELECT COUNT(*) FROM fitting) AS total
  FROM fitting
  ORDER BY
    CASE WHEN $sort = 'rank' THEN score END NULLS LAST,
    CASE WHEN $sort = 'oldest' THEN published_at END NULLS LAST,
    published_at DESC NULLS LAST, article_id
  LIMIT $limit OFFSET $offset
),
shown AS (SELECT f.*, s.score, s.total FROM held AS f JOIN screen AS s USING (place)),
copy AS (
  SELECT
    story_id,
    LIST(
      {'article_id': article_id, 'outlet': outlet, 'title': title, 'published_day': published_day, 'is_first': is_first}
      ORDER BY is_first DESC, published_at, article_id
    ) AS copies
  FROM held
  WHERE copy_count > 1 AND story_id IN (SELECT story_id FROM shown)
  GROUP BY story_id
)
SELECT shown.*, copy.copies
FROM shown LEFT JOIN copy USING (story_id)
ORDER BY
  CASE WHEN $sort = 'rank' THEN score END NULLS LAST,
  CASE WHEN $sort = 'oldest' THEN published_at END NULLS LAST,
  published_at DESC NULLS LAST, article_id;
