-- How many pages, articles, stories, credits and threads are there? No parameters.
SELECT
    (SELECT COUNT(*) FROM page_fetch) AS page_count,
    (SELECT COUNT(*) FROM article) AS article_count,
    (SELECT COUNT(*) FROM article WHERE NOT is_first) AS reprint_count,
    (SELECT COUNT(*) FROM article_credit) AS credit_count,
    (SELECT COUNT(*) FROM thread) AS thread_count;
