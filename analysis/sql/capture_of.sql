-- Where does the capture with the digest $sha256 lie, and of what page is it? The earliest fetch with these bytes.
-- is_forum: of a thread, or of a site that has threads or is a forum by its level or one of the platforms
-- $forum_platforms: its lists show posters' names too.
SELECT
  site, url, kind, outcome, fetched_at, sha256, warc, warc_offset,
  kind = 'thread'
    OR site IN (SELECT site FROM thread_page_version)
    OR site IN (
      SELECT slug FROM site
      WHERE level = '论坛' OR LIST_CONTAINS(CAST($forum_platforms AS VARCHAR[]), platform)
    ) AS is_forum
FROM page_fetch
WHERE sha256 = $sha256 AND warc IS NOT NULL
ORDER BY fetched_at
LIMIT 1;
