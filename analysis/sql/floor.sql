-- Which floors had the thread $thread_id at $as_of (timestamp)? One row a floor, in order.
-- is_opener: written by who wrote the first floor, or, where that was anonymous, by somebody anonymous.
SELECT
  floor,
  posted_at,
  author,
  text,
  is_official,
  official_account,
  official_unit,
  author IS NOT DISTINCT FROM FIRST_VALUE(author) OVER (ORDER BY floor) AS is_opener
FROM thread_post_at(NULL)
WHERE thread_id = $thread_id AND COALESCE(posted_at, first_captured_at) <= $as_of
ORDER BY floor;
