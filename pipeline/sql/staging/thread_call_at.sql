-- thread_call by the captures of a moment (NULL: now).
CREATE OR REPLACE MACRO thread_call_at(known_by) AS TABLE
SELECT * FROM thread_call WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM thread_call ANTI JOIN thread_past_at(known_by) USING (thread_id) WHERE known_by IS NOT NULL
UNION ALL BY NAME
SELECT * EXCLUDE (until_at) FROM thread_call_past SEMI JOIN thread_past_at(known_by) USING (thread_id, until_at);
