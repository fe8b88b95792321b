-- The newest version of each article that was known at a moment (NULL: now), with the day of its first capture.
-- Its body: article_version, by article_id, file and end_offset.
CREATE OR REPLACE MACRO article_at(known_by) AS TABLE
SELECT * FROM article_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * EXCLUDE (body) FROM article_history(known_by) WHERE known_by IS NOT NULL;
