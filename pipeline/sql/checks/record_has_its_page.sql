-- Every stored text points to the page that it was read from.
SELECT file, end_offset FROM article_version ANTI JOIN page_fetch USING (file, end_offset)
UNION ALL
SELECT file, end_offset FROM thread_page_version ANTI JOIN page_fetch USING (file, end_offset);
