-- Every thread that shows posts has a state.
SELECT DISTINCT thread_id FROM thread_post_version
ANTI JOIN thread_state USING (thread_id);
