-- Which posts does the thread $thread_id hold, given what was known by $known_by (NULL: now) and up to $as_of
-- (timestamp)? Each floor once, the newest text; a post whose time could not be read is shown where captured by then.
SELECT
  floor, author, posted_at, first_captured_at, text, quote_author, quote_text, edited,
  is_official, official_account, official_unit
FROM thread_post_at($known_by)
WHERE thread_id = $thread_id AND COALESCE(posted_at, first_captured_at) <= $as_of
ORDER BY floor;
