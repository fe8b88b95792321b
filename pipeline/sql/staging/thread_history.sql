-- Each thread as its newest captures known at a moment (NULL: now) show it, read from all versions. thread_at answers
-- the same, for now from the table that the build made of it.
CREATE OR REPLACE MACRO thread_history(known_by) AS TABLE
SELECT
  thread_id,
  ARG_MAX(forum, (captured_at, file, end_offset)) AS forum,
  ARG_MAX(tid, (captured_at, file, end_offset)) AS tid,
  ARG_MAX(board, (captured_at, file, end_offset)) AS board,
  ARG_MAX(title, (captured_at, file, end_offset)) AS title,
  ARG_MIN(url, (page, captured_at, file, end_offset)) AS url,
  ARG_MAX(site, (captured_at, file, end_offset)) AS site,
  ARG_MAX(sha256, (-page, captured_at, file, end_offset)) AS sha256,
  MAX(view_count) AS view_count,
  ARG_MAX(pages, (captured_at, file, end_offset)) AS pages,
  COUNT(DISTINCT page) AS page_count,
  ARG_MAX(is_closed, (captured_at, file, end_offset)) AS is_closed,
  MIN(captured_at) AS first_captured_at,
  MAX(captured_at) AS last_captured_at
FROM thread_page_version
WHERE known_by IS NULL OR captured_at <= known_by
GROUP BY thread_id;
