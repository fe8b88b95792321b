-- Where does the capture with the digest $sha256 lie, and of what page is it? The earliest fetch with these bytes.
SELECT site, url, kind, outcome, fetched_at, sha256, warc, warc_offset
FROM page_fetch
WHERE sha256 = $sha256 AND warc IS NOT NULL
ORDER BY fetched_at
LIMIT 1;
