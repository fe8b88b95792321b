-- A floor does one thing, and is a floor that was captured.
SELECT thread_id, floor FROM thread_floor GROUP BY ALL HAVING COUNT(*) > 1
UNION ALL
SELECT thread_id, floor FROM thread_floor ANTI JOIN thread_post_version USING (thread_id, floor);
