-- Which articles are meant by an id or address ($ref), or by outlet, title and day of publication?
-- $outlet, $title, $day NULL: by $ref only. In $title and in the article's title only letters and digits count.
-- What $ref means comes first.
SELECT a.article_id, a.url, a.outlet, a.title, a.published_day, a.sha256, a.site
FROM article_at(NULL) AS a
WHERE a.article_id = $ref OR a.url = $ref
  OR (
    a.outlet = $outlet AND a.published_day = CAST($day AS DATE)
    AND regexp_replace(a.title, '[^\p{L}\p{N}]+', '', 'g') = $title
  )
ORDER BY (a.article_id = $ref OR a.url = $ref) DESC, a.article_id;
