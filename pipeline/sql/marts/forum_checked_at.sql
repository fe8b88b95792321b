-- When a thread or a list of each site was last fetched, known at a moment (NULL: now, as of the build).
CREATE OR REPLACE MACRO forum_checked_at(known_by) AS TABLE
SELECT * FROM forum_checked_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM forum_checked_history(known_by) WHERE known_by IS NOT NULL;
