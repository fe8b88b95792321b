-- A thread has one state after each of its posts.
SELECT thread_id, cut_floor FROM thread_state GROUP BY ALL HAVING COUNT(*) > 1;
