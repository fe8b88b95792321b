-- The posts of each thread known at a moment (NULL: now), without their texts.
CREATE OR REPLACE MACRO thread_floor_at(known_by) AS TABLE
SELECT * FROM thread_floor_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * EXCLUDE (text, quote_text) FROM thread_post_history(known_by) WHERE known_by IS NOT NULL;
