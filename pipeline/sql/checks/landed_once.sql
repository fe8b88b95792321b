-- A landed line is loaded once.
SELECT file, end_offset, COUNT(*) AS row_count FROM page_fetch GROUP BY file, end_offset HAVING COUNT(*) > 1;
