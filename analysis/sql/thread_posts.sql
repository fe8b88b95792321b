-- Which posts does the thread $thread_id hold, given what was known by $known_by (NULL: now) and up to $as_of
-- (timestamp)? Each floor once, the newest text; a post whose time could not be read is shown where captured by then.
-- is_opener: written by who wrote the first floor, or, where that was anonymous, by somebody anonymous.
SELECT
  floor, author, posted_at, first_captured_at, text, quote_author, quote_text, edited,
  is_official, official_account, official_unit,
  author IS NOT DISTINCT FROM FIRST_VALUE(author) OVER (ORDER BY floor) AS is_opener
FROM thread_post_at($known_by)
WHERE thread_id = $thread_id AND COALESCE(posted_at, first_captured_at) <= $as_of
ORDER BY floor;
