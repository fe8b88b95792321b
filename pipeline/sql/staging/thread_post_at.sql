-- The posts of each thread known at a moment (NULL: now), with their texts.
CREATE OR REPLACE MACRO thread_post_at(known_by) AS TABLE
SELECT p.*, v.text, v.quote_text
FROM thread_floor_at(known_by) AS p
JOIN thread_post_version AS v USING (thread_id, page, file, end_offset, floor);
