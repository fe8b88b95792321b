-- Which threads can no longer be read, known at a moment (NULL: now, as of the build)? Columns: thread_unread_history.
CREATE OR REPLACE MACRO thread_unread_at(known_by) AS TABLE
SELECT * FROM thread_unread_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM thread_unread_history(known_by) WHERE known_by IS NOT NULL;
