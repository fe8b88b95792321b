-- Which threads stood at a moment otherwise than their newest captures tell, and in which of their spans? NULL: none.
CREATE OR REPLACE MACRO thread_past_at(known_by) AS TABLE
SELECT thread_id, until_at FROM thread_past
WHERE known_by < until_at AND (since_at IS NULL OR since_at <= known_by);
