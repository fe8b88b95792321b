-- Every thread that shows posts has a state.
SELECT DISTINCT thread_id FROM thread_floor_now
ANTI JOIN thread_state USING (thread_id);
