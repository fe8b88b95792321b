-- Which fetches of the pages $urls (list) or with the bytes $digests (list) are kept, as known by $known_by (NULL: now)?
SELECT DISTINCT site, url, kind, outcome, fetched_at, status, sha256, warc, warc_offset
FROM page_fetch
WHERE warc IS NOT NULL
  AND (url IN (SELECT UNNEST($urls)) OR sha256 IN (SELECT UNNEST($digests)))
  AND ($known_by IS NULL OR fetched_at <= $known_by)
ORDER BY fetched_at, url, warc, warc_offset;
