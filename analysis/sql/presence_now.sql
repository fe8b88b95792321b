-- The same as presence.sql, known now, of pages $urls (list) that plan_fact names: from the table that the build made.
SELECT * FROM presence_now WHERE url IN (SELECT UNNEST(CAST($urls AS VARCHAR[]))) ORDER BY url, fetched_at;
