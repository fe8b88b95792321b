-- Per site and publication day: how many articles, what failed, and whether the source was silent.
-- state: ok (articles), no_news (looked, none), partial (some of the day's pages failed), down (the day's list
-- or edition failed, or a source that is never empty on this weekday was empty while fetches failed), missing
-- (no edition, of a source that never lacks one on this weekday; on a holiday that is no fault), unparsed (most
-- articles of the day could not be read, or a list stood empty that never is), no_content (the source's lists
-- never had an entry yet: a site that has not published is no fault).
-- A failure counts until the same address succeeds, for a day's list also until the server says that there is
-- none (404). Later means landed later: the wall clock of a machine may have been set back. Sites whose lists
-- carry a day (papers) are judged by that day's editions; other sites by the day of the fetch, since their next
-- list still shows what was missed.
-- quiet (its lists answer, and nothing came on a weekday that always had some), low (far below its four-week mean),
-- fields (a field that was always there is in none of the day's articles: the page was rebuilt).
-- habit_count: mean articles of the same weekday in the four weeks before (NULL: no such week known);
-- is_never_empty: all four had some.
CREATE OR REPLACE MACRO source_day_history(known_by) AS TABLE
WITH
relevant AS NOT MATERIALIZED (
  SELECT
    *, CAST(fetched_at AS DATE) AS fetched_day, COALESCE(for_date, fetched_day) AS day,
    outcome IN ('stored', 'listed', 'unchanged', 'duplicate', 'redirected', 'too_short', 'no_date') AS is_ok
  FROM page_fetch
  WHERE (known_by IS NULL OR fetched_at <= known_by) AND kind IN ('list', 'feed', 'article')
    AND site NOT IN ('import', 'appeal', 'presence')  -- handed in or pointed to: no sites
),
-- Most lines are articles that were read without fault: they are counted where they matter, and not looked at singly.
fetched_day AS (SELECT DISTINCT site, day FROM relevant),
span AS (
  SELECT site, MIN(fetched_at) AS first_at, MAX(fetched_at) AS last_at FROM relevant GROUP BY site
),
-- When a line was landed, as one number: its run, and its offset in the run's file.
run_number AS (
  SELECT run, CAST(ROW_NUMBER() OVER (ORDER BY run) AS BIGINT) << 40 AS run_order FROM (SELECT DISTINCT run FROM page_fetch)
),
fetched AS MATERIALIZED (
  SELECT site, url, kind, outcome, for_date, run, run_order + end_offset AS landed_order, fetched_day, day, is_ok
  FROM relevant JOIN run_number USING (run)
  WHERE kind <> 'article' OR NOT is_ok
),
-- When each list first had entries, and each site any; and in which runs, on which days a site's lists had some.
first_entry AS (
  SELECT site, url, MIN(landed_order) AS entry_order FROM fetched
  WHERE kind <> 'article' AND outcome IN ('listed', 'unchanged', 'duplicate') GROUP BY site, url
),
site_entry AS (
  SELECT site, MIN(run_order + end_offset) AS entry_order
  FROM (
    SELECT site, run, MIN(end_offset) AS end_offset FROM relevant
    WHERE outcome IN ('listed', 'stored', 'unchanged', 'duplicate') GROUP BY site, run
  ) JOIN run_number USING (run)
  GROUP BY site
),
run_entry AS (
  SELECT DISTINCT site, run, true AS has_entries FROM fetched
  WHERE kind <> 'article' AND outcome IN ('listed', 'unchanged', 'duplicate')
),
day_entry AS (
  SELECT DISTINCT site, fetched_day, true AS has_entries FROM fetched
  WHERE kind <> 'article' AND outcome IN ('listed', 'unchanged', 'duplicate')
),
-- An empty list that never had entries, of a site that never had any or whose other lists have some in the same
-- run, or on the same day (workers that share a crawl have a run each): not published yet. A list of a paper's
-- day is not meant: an edition without articles cannot be.
looked AS (
  SELECT
    site, url, kind, outcome, for_date, landed_order, day, is_ok,
    f.outcome = 'empty_list' AND f.for_date IS NULL
      AND COALESCE(l.entry_order > f.landed_order, true)
      AND (COALESCE(s.entry_order > f.landed_order, true) OR COALESCE(r.has_entries, d.has_entries, false)) AS is_new,
    NOT is_new AND outcome IN (
      'empty_list', 'login_wall', 'captcha', 'error_page', 'too_large', 'timeout', 'server_error',
      'redirect_loop', 'not_html', 'parse_failed', 'blocked_by_robots', 'blocked_address'
    ) AS is_failure
  FROM fetched AS f
  LEFT JOIN first_entry AS l USING (site, url)
  LEFT JOIN site_entry AS s USING (site)
  LEFT JOIN run_entry AS r USING (site, run)
  LEFT JOIN day_entry AS d USING (site, fetched_day)
),
-- Only what did not succeed can be mended later.
amiss AS MATERIALIZED (SELECT DISTINCT site, url FROM looked WHERE NOT is_ok),
last_answer AS (
  SELECT
    site, url,
    MAX(landed_order) FILTER (is_ok) AS ok_order,
    MAX(landed_order) FILTER (is_ok OR (outcome = 'not_found' AND for_date IS NOT NULL AND kind = 'list'))
      AS answer_order
  FROM (
    SELECT site, url, landed_order, is_ok, outcome, for_date, kind FROM looked
    UNION ALL
    SELECT site, url, run_order + end_offset, is_ok, outcome, for_date, kind
    FROM (
      FROM relevant
      WHERE kind = 'article' AND is_ok AND COALESCE((site, url) IN (FROM amiss), false)  -- few: they are hashed
    ) JOIN run_number USING (run)
  ) SEMI JOIN amiss USING (site, url)
  GROUP BY site, url
),
open_fetch AS (
  SELECT f.*, COALESCE(CASE WHEN f.is_failure THEN l.answer_order ELSE l.ok_order END >= f.landed_order, false)
    AS is_mended
  FROM looked AS f LEFT JOIN last_answer AS l USING (site, url)
),
dated AS (
  SELECT site, COALESCE(BOOL_OR(for_date IS NOT NULL AND kind = 'list'), false) AS is_dated
  FROM span LEFT JOIN looked USING (site) GROUP BY site
),
-- Each address once a day. The same address as a list and as an article is two.
per_address AS (
  SELECT
    site, day, url, kind = 'article' AS is_article, BOOL_OR(is_ok) AS is_ok,
    BOOL_OR(is_failure AND NOT is_mended) AS is_failed, BOOL_OR(is_failure) AS is_failed_ever,
    BOOL_OR(outcome = 'empty_list' AND NOT is_mended) AS is_empty,
    BOOL_OR(outcome = 'not_found' AND NOT is_mended) AS is_missing,
    BOOL_OR(
      NOT is_mended AND outcome IN ('parse_failed', 'server_error', 'timeout', 'error_page', 'captcha')
    ) AS is_unread,
    BOOL_OR(is_new) AS is_new
  FROM open_fetch
  GROUP BY ALL
),
amiss_day AS (
  SELECT
    site, day,
    COUNT(*) FILTER (NOT is_article AND is_ok) AS list_ok_count,
    COUNT(*) FILTER (NOT is_article AND is_failed) AS list_failed_count,
    COUNT(*) FILTER (NOT is_article AND is_failed_ever) AS list_failed_ever_count,
    COUNT(*) FILTER (NOT is_article AND is_empty) AS list_empty_count,
    COUNT(DISTINCT url) FILTER (is_new) AS list_new_count,
    COUNT(*) FILTER (NOT is_article AND is_missing) AS list_missing_count,
    COUNT(*) FILTER (is_article AND is_unread) AS article_failed_count
  FROM per_address
  GROUP BY site, day
),
-- Against the pages that could not be read stand those that could.
read_day AS (
  SELECT site, day, COUNT(DISTINCT url) AS article_ok_count
  FROM relevant
  WHERE kind = 'article' AND is_ok
    AND COALESCE((site, day) IN (SELECT site, day FROM amiss_day WHERE article_failed_count > 0), false)
  GROUP BY site, day
),
per_day AS (
  SELECT * FROM fetched_day LEFT JOIN amiss_day USING (site, day) LEFT JOIN read_day USING (site, day)
),
published AS (
  SELECT site, CAST(published_at AS DATE) AS day, COUNT(DISTINCT article_id) AS article_count
  FROM article_version
  WHERE (known_by IS NULL OR captured_at <= known_by) AND published_at IS NOT NULL
  GROUP BY 1, 2
),
published_span AS (
  SELECT
    site,
    MIN(day) FILTER (day >= CAST(first_at AS DATE) - 1100) AS first_day,
    MAX(day) FILTER (day <= CAST(last_at AS DATE)) AS last_day
  FROM published JOIN span USING (site) GROUP BY site
),
fetched_span AS (
  SELECT
    site,
    MIN(day) FILTER (day >= CAST(first_at AS DATE) - 1100) AS first_day,
    MAX(day) FILTER (day <= CAST(last_at AS DATE) + 1) AS last_day
  FROM fetched_day JOIN span USING (site) GROUP BY site
),
bound AS (
  SELECT
    site,
    LEAST(COALESCE(p.first_day, CAST(s.first_at AS DATE)), COALESCE(d.first_day, CAST(s.first_at AS DATE)))
      AS first_day,
    GREATEST(COALESCE(p.last_day, CAST(s.last_at AS DATE)), COALESCE(d.last_day, CAST(s.last_at AS DATE)))
      AS last_day
  FROM span AS s
  LEFT JOIN published_span AS p USING (site)
  LEFT JOIN fetched_span AS d USING (site)
),
calendar AS (
  SELECT site, CAST(UNNEST(GENERATE_SERIES(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM bound
),
-- Sites without dated lists: from the first failure of a list that never succeeded again on, nothing is known.
blind_since AS (
  SELECT site, MIN(day) AS since_day
  FROM open_fetch
  WHERE kind <> 'article' AND is_failure AND NOT is_mended
  GROUP BY site
),
counted AS (
  SELECT
    c.site, c.day, x.is_dated, b.since_day,
    COALESCE(p.article_count, 0) AS article_count,
    COALESCE(d.list_ok_count, 0) AS list_ok_count,
    COALESCE(d.list_failed_count, 0) AS list_failed_count,
    COALESCE(d.list_failed_ever_count, 0) AS list_failed_ever_count,
    COALESCE(d.list_empty_count, 0) AS list_empty_count,
    COALESCE(d.list_new_count, 0) AS list_new_count,
    COALESCE(d.list_missing_count, 0) AS list_missing_count,
    COALESCE(d.article_failed_count, 0) AS article_failed_count,
    COALESCE(d.article_ok_count, 0) AS article_ok_count,
    d.day IS NULL AS is_untouched
  FROM calendar AS c
  JOIN dated AS x USING (site)
  LEFT JOIN published AS p ON p.site = c.site AND p.day = c.day
  LEFT JOIN per_day AS d ON d.site = c.site AND d.day = c.day
  LEFT JOIN blind_since AS b ON b.site = c.site
),
-- A field is lost where at least five of the day's articles should have had it, by the share of the four weeks
-- before, and none has.
field AS (
  SELECT
    site, day, article_count,
    UNNEST([
      {'name': '发布时间', 'found_count': dated_count},
      {'name': '来源或署名', 'found_count': source_count},
      {'name': '栏目', 'found_count': column_count},
      {'name': '版次', 'found_count': page_count},
      {'name': '正文', 'found_count': body_count}
    ], recursive := true)
  FROM (
    SELECT
      site, CAST(captured_at AS DATE) AS day, COUNT(*) AS article_count,
      COUNT(published_at) AS dated_count,
      COUNT(COALESCE(source, byline)) AS source_count,
      COUNT(column_name) AS column_count,
      COUNT(page) AS page_count,
      COUNT(*) FILTER (has_body) AS body_count
    FROM article_version
    WHERE known_by IS NULL OR captured_at <= known_by
    GROUP BY ALL
  )
),
lost AS (
  SELECT site, day, LIST(name ORDER BY name) AS lost_fields
  FROM (
    SELECT *,
      article_count * SUM(found_count) OVER before / SUM(article_count) OVER before AS expected_count
    FROM field SEMI JOIN (
      SELECT site, name FROM field GROUP BY ALL HAVING MIN(found_count) = 0 AND MAX(found_count) > 0
    ) USING (site, name)
    WINDOW before AS (
      PARTITION BY site, name ORDER BY day
      RANGE BETWEEN INTERVAL 28 DAY PRECEDING AND INTERVAL 1 DAY PRECEDING
    )
  )
  WHERE found_count = 0 AND expected_count >= 5
  GROUP BY site, day
),
back AS (
  SELECT
    site, CAST(day + weeks * 7 AS DATE) AS day,
    AVG(article_count) AS habit_count, COUNT(*) AS day_count, MIN(article_count) AS least_count
  FROM counted, (SELECT UNNEST([1, 2, 3, 4]) AS weeks)
  GROUP BY ALL
),
habit AS (
  SELECT
    counted.*, lost.lost_fields, back.habit_count,
    COALESCE(back.day_count = 4 AND back.least_count >= 1, false) AS is_never_empty
  FROM counted
  LEFT JOIN lost USING (site, day)
  LEFT JOIN back USING (site, day)
)
SELECT
  site, day, is_dated, article_count, list_ok_count, list_failed_count, list_missing_count,
  article_failed_count, habit_count, is_never_empty, COALESCE(lost_fields, []) AS lost_fields,
  habit_count >= 2 AND article_count < habit_count / 4 AS is_low,
  CASE
    WHEN is_dated AND is_untouched AND article_count = 0 THEN 'unseen'
    WHEN is_dated AND list_failed_count > list_empty_count AND list_ok_count = 0 THEN 'down'
    WHEN is_dated AND list_empty_count > 0 AND article_count = 0
      THEN CASE WHEN is_never_empty OR list_ok_count = 0 THEN 'unparsed' ELSE 'no_news' END
    WHEN is_dated AND list_failed_count > 0 THEN 'partial'
    WHEN is_dated AND list_ok_count = 0 AND list_missing_count > 0 AND article_count = 0
      THEN CASE WHEN is_never_empty THEN 'missing' ELSE 'no_news' END
    WHEN NOT is_dated AND since_day IS NOT NULL AND day >= since_day THEN 'down'
    WHEN NOT is_dated AND article_count = 0 AND list_failed_ever_count > 0 AND list_ok_count = 0
      AND is_never_empty THEN 'down'
    -- One page that cannot be read is a bad link; most of a day's pages are a source that cannot be read.
    WHEN article_failed_count >= 2 AND article_failed_count > article_ok_count THEN 'unparsed'
    WHEN lost_fields IS NOT NULL THEN 'fields'
    WHEN article_count > 0 AND is_low THEN 'low'
    WHEN article_count > 0 THEN 'ok'
    WHEN is_never_empty AND (list_ok_count > 0 OR NOT is_dated) THEN 'quiet'
    WHEN list_new_count > 0 AND list_ok_count = 0 THEN 'no_content'
    ELSE 'no_news'
  END AS state
FROM habit;
