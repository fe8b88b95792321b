-- Each thread as its newest captures known at a moment (NULL: now) show it.
CREATE OR REPLACE MACRO thread_at(known_by) AS TABLE
SELECT * FROM thread_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM thread_history(known_by) WHERE known_by IS NOT NULL;
