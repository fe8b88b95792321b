-- thread_floor by the captures of a moment (NULL: now): what each floor does. Which was known then: known_at.
CREATE OR REPLACE MACRO thread_said_at(known_by) AS TABLE
SELECT * FROM thread_floor WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM thread_floor ANTI JOIN thread_past_at(known_by) USING (thread_id) WHERE known_by IS NOT NULL
UNION ALL BY NAME
SELECT * EXCLUDE (until_at) FROM thread_floor_past SEMI JOIN thread_past_at(known_by) USING (thread_id, until_at);
