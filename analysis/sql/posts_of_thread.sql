-- The posts of thread $thread_id as the tagger reads them, in the order of their floors.
SELECT
  floor, COALESCE(official_account, author) AS author, is_official AS is_registered_official, posted AS time, text
FROM thread_post_at(NULL)
WHERE thread_id = $thread_id
ORDER BY floor;
