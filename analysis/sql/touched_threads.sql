-- Which threads do decisions on $targets (ids or addresses of threads, ids of tickets) touch?
WITH target AS (SELECT UNNEST(CAST($targets AS VARCHAR[])) AS ref)
SELECT DISTINCT t.thread_id FROM thread_page_version AS t JOIN target ON target.ref = t.url
UNION
SELECT t.thread_id FROM thread_now AS t JOIN target ON REGEXP_REPLACE(target.ref, '-\d+$', '') = t.thread_id;
