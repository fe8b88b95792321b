-- When was a page last fetched (what people handed in is no fetch)? No parameters.
SELECT MAX(fetched_at) AS fetched_at FROM page_fetch WHERE site NOT IN ('import', 'appeal', 'presence');
