-- Per site and publication day: how many articles, what failed, and whether the source was silent.
-- state: ok (articles), no_news (looked, none), partial (some of the day's pages failed), down (the day's list
-- or edition failed, or a source that is never empty on this weekday was empty while fetches failed), missing
-- (no edition, of a source that never lacks one on this weekday; on a holiday that is no fault), unparsed (most
-- articles of the day could not be read, or none, or a list stood empty that never is), no_content (the source's
-- lists never had an entry yet: a site that has not published is no fault), unseen (nobody looked, and no later
-- list reaches back so far).
-- A failure counts until the same address succeeds, for a day's list also until the server says that there is
-- none (404). Later means landed later: the wall clock of a machine may have been set back. Sites whose lists
-- carry a day (papers) are judged by that day's editions; other sites by the day of the fetch, since their next
-- list still shows what was missed: as far back as its crawl wanted articles (wanted_from; not told: seven days), or
-- to the last look before it, where the same bytes came. A list that failed and that no crawl asks for since (a deep
-- page of a pager) counts up to its last failure, once the site's lists were read on a later day.
-- read_from: of such a site the first day that any of its lists tells of; NULL: it has no lists, or is a forum all of
-- whose lists were read since the first look.
-- quiet (its lists answer, and nothing came on a weekday that always had some), low (far below its four-week mean),
-- fields (a field that was always there is in none of the day's articles: the page was rebuilt).
-- habit_count: mean articles of the last four days of the same weekday, of the eight weeks before, on which the source
-- was sound (NULL: none known); is_never_empty: there are four, and all had some. Days without articles in a row are
-- one gap: what is habit is what was so before it began, so that it lasts until an article comes. Not sound are days
-- of which nothing is known, and in a gap of two such days or more, those of a weekday that mostly had articles.
CREATE OR REPLACE MACRO source_day_history(known_by) AS TABLE
WITH
relevant AS NOT MATERIALIZED (
  SELECT
    *, CAST(fetched_at AS DATE) AS fetched_day, COALESCE(for_date, fetched_day) AS day,
    outcome IN ('stored', 'listed', 'unchanged', 'duplicate', 'redirected') AS is_ok
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
  SELECT
    site, url, kind, outcome, for_date, wanted_from, sha256, run, run_order + end_offset AS landed_order, fetched_day,
    day, is_ok
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
    site, url, kind, outcome, for_date, wanted_from, sha256, run, fetched_day, landed_order, day, is_ok,
    -- Read, but no article that could count: harmless beside others (a piece of pictures only).
    kind = 'article' AND outcome IN ('too_short', 'no_date', 'not_html') AS is_no_text,
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
-- Only what did not succeed can be mended later. An article that fails again and again speaks of its first day.
amiss AS MATERIALIZED (SELECT DISTINCT site, url FROM looked WHERE NOT is_ok),
last_answer AS (
  SELECT
    site, url,
    MAX(landed_order) FILTER (is_ok) AS ok_order,
    MAX(landed_order) FILTER (
      is_ok OR is_no_text OR (outcome = 'not_found' AND for_date IS NOT NULL AND kind = 'list')
    ) AS answer_order,
    MIN(landed_order) FILTER (NOT is_ok AND kind = 'article') AS bad_order
  FROM (
    SELECT site, url, landed_order, is_ok, is_no_text, outcome, for_date, kind FROM looked
    UNION ALL
    SELECT site, url, run_order + end_offset, is_ok, false, outcome, for_date, kind
    FROM (
      FROM relevant
      WHERE kind = 'article' AND is_ok AND COALESCE((site, url) IN (FROM amiss), false)  -- few: they are hashed
    ) JOIN run_number USING (run)
  ) SEMI JOIN amiss USING (site, url)
  GROUP BY site, url
),
open_fetch AS (
  SELECT
    f.*, l.bad_order = f.landed_order AS is_first_bad,
    COALESCE(
      CASE WHEN f.is_failure AND NOT f.is_no_text THEN l.answer_order ELSE l.ok_order END >= f.landed_order, false
    ) AS is_mended
  FROM looked AS f LEFT JOIN last_answer AS l USING (site, url)
),
-- A forum's lists lead to its threads however old they are.
forum AS (
  SELECT DISTINCT site FROM page_fetch WHERE kind = 'thread' AND (known_by IS NULL OR fetched_at <= known_by)
),
dated AS (
  SELECT site, COALESCE(BOOL_OR(for_date IS NOT NULL AND kind = 'list'), false) AS is_dated,
    COALESCE(BOOL_OR(kind <> 'article'), false) AND site NOT IN (FROM forum) AS is_listed
  FROM span LEFT JOIN looked USING (site) GROUP BY site
),
-- Each address once a day. The same address as a list and as an article is two.
per_address AS (
  SELECT
    site, day, url, kind = 'article' AS is_article, BOOL_OR(is_ok) AS is_ok,
    BOOL_OR(is_failure AND NOT is_mended) AS is_failed, BOOL_OR(is_failure) AS is_failed_ever,
    BOOL_OR(outcome = 'empty_list' AND NOT is_mended) AS is_empty,
    BOOL_OR(outcome = 'not_found' AND NOT is_mended) AS is_missing,
    BOOL_OR(is_first_bad AND NOT is_mended AND is_failure AND NOT is_no_text) AS is_unread,
    BOOL_OR(is_first_bad AND NOT is_mended AND is_no_text) AS is_textless,
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
    COUNT(*) FILTER (is_article AND is_unread) AS article_failed_count,
    COUNT(*) FILTER (is_article AND is_textless) AS article_textless_count
  FROM per_address
  GROUP BY site, day
),
-- Against the pages that could not be read stand those that could.
read_day AS (
  SELECT site, day, COUNT(DISTINCT url) AS article_ok_count
  FROM relevant
  WHERE kind = 'article' AND is_ok
    AND COALESCE((site, day) IN (
      SELECT site, day FROM amiss_day WHERE article_failed_count + article_textless_count > 0
    ), false)
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
-- Since when the lists that were read on a day, of a site without dated lists, tell all that there was; where one
-- failed, the day itself.
list_look AS (
  SELECT site, run, fetched_day, wanted_from,
    CASE
      WHEN outcome = 'unchanged'
        OR sha256 = LAG(sha256) OVER (PARTITION BY site, url ORDER BY landed_order)
        THEN LAG(fetched_day) OVER (PARTITION BY site, url ORDER BY landed_order)
    END AS same_since
  FROM looked JOIN dated USING (site)
  WHERE kind <> 'article' AND (outcome IN ('listed', 'unchanged', 'duplicate') OR is_new) AND NOT is_dated
),
reach AS (
  SELECT site, day, CASE WHEN list_failed_count > 0 THEN day ELSE MIN(since_day) END AS since_day
  FROM (
    SELECT site, run, fetched_day AS day,
      MAX(LEAST(COALESCE(wanted_from, fetched_day - 7), COALESCE(same_since, fetched_day), fetched_day)) AS since_day
    FROM list_look GROUP BY ALL
  ) JOIN per_day USING (site, day)
  GROUP BY site, day, list_failed_count
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
      AS last_day,
    COALESCE(r.since_day, CAST(s.first_at AS DATE)) AS read_from
  FROM span AS s
  LEFT JOIN published_span AS p USING (site)
  LEFT JOIN fetched_span AS d USING (site)
  LEFT JOIN (SELECT site, MIN(since_day) AS since_day FROM reach GROUP BY site) AS r USING (site)
),
calendar AS (
  SELECT site, read_from, CAST(UNNEST(GENERATE_SERIES(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM bound
),
-- Sites without dated lists: from the first failure of a list that never succeeded again on, nothing is known.
failed_list AS (
  SELECT site, url, MIN(day) AS since_day, MAX(day) AS last_day
  FROM open_fetch JOIN dated USING (site)
  WHERE kind <> 'article' AND is_failure AND NOT is_mended AND NOT is_dated
  GROUP BY site, url
),
list_read AS (SELECT site, MAX(day) AS read_day FROM per_day WHERE list_ok_count > 0 GROUP BY site),
-- A forum of which a list could not be read at the first look: what it leads to from before nobody saw, until its lists
-- are read on a day after that list's last failure (a board that no crawl asks for since is left out of it by then).
half_read AS (
  SELECT DISTINCT site, true AS is_half_read
  FROM failed_list JOIN span USING (site) LEFT JOIN list_read USING (site)
  WHERE since_day = CAST(first_at AS DATE) AND NOT COALESCE(read_day > last_day, false)
),
blind AS (
  SELECT DISTINCT c.site, c.day, true AS is_blind
  FROM calendar AS c
  JOIN (
    SELECT DISTINCT site, since_day, CASE WHEN read_day > last_day THEN last_day END AS until_day
    FROM failed_list LEFT JOIN list_read USING (site)
  ) AS f ON f.site = c.site AND c.day >= f.since_day AND (f.until_day IS NULL OR c.day < f.until_day)
),
counted AS (
  SELECT
    c.site, c.day, x.is_dated, COALESCE(b.is_blind, false) AS is_blind,
    CASE WHEN (x.is_listed OR h.is_half_read) AND NOT x.is_dated THEN c.read_from END AS read_from,
    -- Nobody looked: at an edition of its day, at a list on the day or later.
    CASE
      WHEN x.is_dated THEN d.day IS NULL
      ELSE x.is_listed AND NOT COALESCE(MIN(r.since_day) OVER (
        PARTITION BY c.site ORDER BY c.day DESC ROWS UNBOUNDED PRECEDING
      ) <= c.day, false)
    END AS is_unseen,
    COALESCE(p.article_count, 0) AS article_count,
    COALESCE(d.list_ok_count, 0) AS list_ok_count,
    COALESCE(d.list_failed_count, 0) AS list_failed_count,
    COALESCE(d.list_failed_ever_count, 0) AS list_failed_ever_count,
    COALESCE(d.list_empty_count, 0) AS list_empty_count,
    COALESCE(d.list_new_count, 0) AS list_new_count,
    COALESCE(d.list_missing_count, 0) AS list_missing_count,
    COALESCE(d.article_failed_count, 0) AS article_failed_count,
    COALESCE(d.article_textless_count, 0) AS article_textless_count,
    COALESCE(d.article_ok_count, 0) AS article_ok_count
  FROM calendar AS c
  JOIN dated AS x USING (site)
  LEFT JOIN published AS p ON p.site = c.site AND p.day = c.day
  LEFT JOIN per_day AS d ON d.site = c.site AND d.day = c.day
  LEFT JOIN reach AS r ON r.site = c.site AND r.day = c.day
  LEFT JOIN blind AS b ON b.site = c.site AND b.day = c.day
  LEFT JOIN half_read AS h ON h.site = c.site
),
-- One page that cannot be read is a bad link; most of a day's pages, or all, are a source that cannot be read.
gap AS (
  SELECT
    *,
    (article_failed_count >= 2 AND article_failed_count > article_ok_count)
      OR (article_failed_count + article_textless_count >= 2 AND article_ok_count = 0 AND article_count = 0)
      AS is_unparsed,
    article_count = 0
      AND (is_unseen OR is_blind OR is_unparsed OR (list_failed_ever_count > 0 AND list_ok_count = 0)) AS is_unknown,
    CASE WHEN article_count = 0 THEN MAX(day) FILTER (article_count > 0) OVER (
      PARTITION BY site ORDER BY day ROWS UNBOUNDED PRECEDING
    ) + 1 ELSE day END AS gap_day
  FROM counted
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
-- The same weekday of the eight weeks before each day, or before the gap in which it lies.
week AS (
  SELECT g.site, g.day, h.day AS past_day, h.article_count, h.is_unknown
  FROM (
    SELECT site, day, day - CAST((day - gap_day) // 7 * 7 AS INTEGER) AS last_day FROM gap WHERE gap_day IS NOT NULL
  ) AS g,
    (SELECT UNNEST(GENERATE_SERIES(1, 8)) AS weeks) AS w
  JOIN gap AS h ON h.site = g.site AND h.day = g.last_day - CAST(w.weeks * 7 AS INTEGER)
),
usual AS (
  SELECT site, day
  FROM week
  GROUP BY site, day
  HAVING COUNT(*) FILTER (article_count > 0)
    >= GREATEST(4, 3 * COUNT(*) FILTER (article_count = 0 AND NOT is_unknown))
),
unsound AS (
  SELECT site, day FROM gap SEMI JOIN usual USING (site, day)
  WHERE article_count = 0
  QUALIFY COUNT(*) OVER (PARTITION BY site, gap_day) >= 2
),
back AS (
  SELECT
    site, day,
    AVG(article_count) AS habit_count, COUNT(*) AS day_count, MIN(article_count) AS least_count
  FROM (
    SELECT w.site, w.day, w.article_count
    FROM week AS w
    LEFT JOIN unsound AS u ON u.site = w.site AND u.day = w.past_day
    WHERE NOT w.is_unknown AND u.site IS NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY w.site, w.day ORDER BY w.past_day DESC) <= 4
  )
  GROUP BY site, day
),
habit AS (
  SELECT
    gap.*, lost.lost_fields, back.habit_count,
    COALESCE(back.day_count = 4 AND back.least_count >= 1, false) AS is_never_empty
  FROM gap
  LEFT JOIN lost USING (site, day)
  LEFT JOIN back USING (site, day)
)
SELECT
  site, day, is_dated, read_from, article_count, list_ok_count, list_failed_count, list_missing_count,
  article_failed_count, habit_count, is_never_empty, COALESCE(lost_fields, []) AS lost_fields,
  habit_count >= 2 AND article_count < habit_count / 4 AS is_low,
  CASE
    WHEN is_dated AND is_unseen AND article_count = 0 THEN 'unseen'
    WHEN is_dated AND list_failed_count > list_empty_count AND list_ok_count = 0 THEN 'down'
    WHEN is_dated AND list_empty_count > 0 AND article_count = 0
      THEN CASE WHEN is_never_empty OR list_ok_count = 0 THEN 'unparsed' ELSE 'no_news' END
    WHEN is_dated AND list_failed_count > 0 THEN 'partial'
    WHEN is_dated AND list_ok_count = 0 AND list_missing_count > 0 AND article_count = 0
      THEN CASE WHEN is_never_empty THEN 'missing' ELSE 'no_news' END
    WHEN is_blind AND list_ok_count > 0 THEN 'partial'
    WHEN is_blind THEN 'down'
    WHEN is_unseen AND article_count = 0 THEN 'unseen'
    WHEN NOT is_dated AND article_count = 0 AND list_failed_ever_count > 0 AND list_ok_count = 0
      AND is_never_empty THEN 'down'
    WHEN is_unparsed THEN 'unparsed'
    WHEN lost_fields IS NOT NULL THEN 'fields'
    WHEN article_count > 0 AND is_low THEN 'low'
    WHEN article_count > 0 THEN 'ok'
    WHEN is_never_empty AND (list_ok_count > 0 OR NOT is_dated) THEN 'quiet'
    WHEN list_new_count > 0 AND list_ok_count = 0 THEN 'no_content'
    ELSE 'no_news'
  END AS state
FROM habit;
