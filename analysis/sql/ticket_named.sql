-- Which threads may a ticket's name mean: its id, the beginning of it, or an address of the thread, $name?
SELECT thread_id FROM thread_now
WHERE STARTS_WITH(thread_id, $name) OR thread_id = REGEXP_REPLACE($name, '-\d*$', '')
UNION
SELECT thread_id FROM thread_page_version WHERE url = $name;
