-- thread_state by the captures of a moment (NULL: now). Of what its rows tell, what was known then: known_at, next_known_at.
CREATE OR REPLACE MACRO thread_state_at(known_by) AS TABLE
SELECT * FROM thread_state WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM thread_state ANTI JOIN thread_past_at(known_by) USING (thread_id) WHERE known_by IS NOT NULL
UNION ALL BY NAME
SELECT * EXCLUDE (until_at) FROM thread_state_past SEMI JOIN thread_past_at(known_by) USING (thread_id, until_at);
