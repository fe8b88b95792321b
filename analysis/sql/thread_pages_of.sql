-- Where do the threads of the tickets $threads (list of ids) stand? One row a page address.
SELECT DISTINCT thread_id, url
FROM thread_page_version
WHERE thread_id IN (SELECT UNNEST($threads))
ORDER BY thread_id, url;
