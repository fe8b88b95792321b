-- Every thread that shows posts has a state.
SELECT DISTINCT thread_id FROM thread_post_version
ANTI JOIN (SELECT thread_id FROM thread_state WHERE unit = '') AS s USING (thread_id);
