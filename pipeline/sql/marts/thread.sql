-- Every thread as it stands now, with the tags of all its posts.
CREATE OR REPLACE VIEW thread AS
SELECT t.*, s.* EXCLUDE (thread_id, known_at)
FROM thread_at(NULL) AS t
LEFT JOIN (
  SELECT * FROM thread_state
  QUALIFY ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY cut_floor DESC) = 1
) AS s USING (thread_id);
