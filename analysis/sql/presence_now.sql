-- The same as presence.sql, known now, of all pages that plan_fact names: from the table that the build made.
SELECT * FROM presence_now ORDER BY url, fetched_at;
