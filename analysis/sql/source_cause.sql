-- Why could the pages of each site not be read when it was last crawled up to $as_of (timestamp), given what was known
-- by $known_by (NULL: now)? outcomes: how its addresses ended on that day, each once, by its newest line; was_read: an
-- article or a post was read on an earlier day; lost_fields: none of its newest articles (at least three) has the
-- field, and four in five of those captured on earlier days (at least ten, of four months) had it.
WITH fetched AS (
  SELECT site, url, kind, outcome, run, end_offset, CAST(fetched_at AS DATE) AS day
  FROM page_fetch
  WHERE fetched_at <= $as_of AND ($known_by IS NULL OR fetched_at <= $known_by)
),
last AS (SELECT site, MAX(day) AS day FROM fetched GROUP BY site),
ended AS (
  SELECT site, url, ARG_MAX(outcome, (run, end_offset)) AS outcome
  FROM fetched SEMI JOIN last USING (site, day) GROUP BY site, url
),
outcome AS (SELECT site, outcome, COUNT(*) AS page_count FROM ended GROUP BY site, outcome),
told AS (
  SELECT site, LIST({'outcome': outcome, 'page_count': page_count} ORDER BY page_count DESC, outcome) AS outcomes
  FROM outcome GROUP BY site
),
earlier AS (
  SELECT f.site, BOOL_OR(f.outcome = 'stored') AS was_read
  FROM fetched AS f JOIN last AS l ON l.site = f.site AND f.day < l.day GROUP BY f.site
),
version AS (
  SELECT
    site, CAST(captured_at AS DATE) AS day, captured_at, published_at, source, byline, column_name, page, has_body
  FROM article_version
  WHERE captured_at <= $as_of AND captured_at > $as_of - INTERVAL 120 DAY AND ($known_by IS NULL OR captured_at <= $known_by)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY article_id ORDER BY run DESC, end_offset DESC) = 1
),
newest AS (
  SELECT site, MIN(day) AS since_day
  FROM (FROM version QUALIFY ROW_NUMBER() OVER (PARTITION BY site ORDER BY captured_at DESC) <= 3)
  GROUP BY site
),
field AS (
  SELECT
    v.site, COUNT(*) FILTER (is_new) AS new_count, COUNT(*) FILTER (NOT is_new) AS old_count,
    UNNEST([
      {'name': '发布时间', 'new_found': COUNT(published_at) FILTER (is_new),
       'old_found': COUNT(published_at) FILTER (NOT is_new)},
      {'name': '来源或署名', 'new_found': COUNT(COALESCE(source, byline)) FILTER (is_new),
       'old_found': COUNT(COALESCE(source, byline)) FILTER (NOT is_new)},
      {'name': '栏目', 'new_found': COUNT(column_name) FILTER (is_new),
       'old_found': COUNT(column_name) FILTER (NOT is_new)},
      {'name': '版次', 'new_found': COUNT(page) FILTER (is_new), 'old_found': COUNT(page) FILTER (NOT is_new)},
      {'name': '正文', 'new_found': COUNT(*) FILTER (is_new AND has_body),
       'old_found': COUNT(*) FILTER (NOT is_new AND has_body)}
    ], recursive := true)
  FROM (SELECT v.*, v.day >= n.since_day AS is_new FROM version AS v JOIN newest AS n USING (site)) AS v
  GROUP BY v.site
),
lost AS (
  SELECT site, LIST(name ORDER BY name) AS lost_fields
  FROM field
  WHERE new_count >= 3 AND new_found = 0 AND old_count >= 10 AND old_found >= 0.8 * old_count
  GROUP BY site
)
SELECT
  s.slug AS site, s.outlet, s.unit, l.day, t.outcomes, COALESCE(e.was_read, false) AS was_read,
  COALESCE(f.lost_fields, []) AS lost_fields
FROM site AS s
JOIN last AS l ON l.site = s.slug
JOIN told AS t ON t.site = s.slug
LEFT JOIN earlier AS e ON e.site = s.slug
LEFT JOIN lost AS f ON f.site = s.slug
ORDER BY s.slug;
