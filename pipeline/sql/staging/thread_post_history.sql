-- The posts of each thread: the union of the newest captures of its pages, each floor once, the newest text.
-- A page past those that the thread's newest capture says there are is gone: posts before it were deleted.
-- first_captured_at: when the floor was first seen. is_official: registered on the forum or in the city's data.
-- Read from all versions; thread_post_at answers the same, for now from the table that the build made of it.
CREATE OR REPLACE MACRO thread_post_history(known_by) AS TABLE
WITH known AS (
  SELECT * FROM thread_post_version WHERE known_by IS NULL OR captured_at <= known_by
),
newest_page AS (
  SELECT thread_id, page, file, end_offset
  FROM thread_page_version
  WHERE known_by IS NULL OR captured_at <= known_by
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY thread_id, page ORDER BY captured_at DESC NULLS LAST, file DESC, end_offset DESC
  ) = 1 AND page <= FIRST_VALUE(GREATEST(page, pages)) OVER (
    PARTITION BY thread_id ORDER BY captured_at DESC NULLS LAST, file DESC, end_offset DESC
  )
),
seen AS (
  SELECT thread_id, floor, MIN(captured_at) AS first_captured_at FROM known GROUP BY thread_id, floor
),
account AS (
  SELECT pseudonym, forum, ANY_VALUE(account ORDER BY account) AS account, ANY_VALUE(unit ORDER BY account) AS unit
  FROM official_account GROUP BY pseudonym, forum
)
SELECT
  p.* EXCLUDE (is_registered_official),
  s.first_captured_at,
  t.forum,
  COALESCE(own.account, every.account) AS official_account,
  COALESCE(own.unit, every.unit) AS official_unit,
  p.is_registered_official OR own.unit IS NOT NULL OR every.unit IS NOT NULL AS is_official
FROM known AS p
JOIN newest_page AS n USING (thread_id, page, file, end_offset)
JOIN seen AS s USING (thread_id, floor)
JOIN (SELECT thread_id, MIN(forum) AS forum FROM thread_page_version GROUP BY thread_id) AS t USING (thread_id)
LEFT JOIN account AS own ON own.pseudonym = p.author AND own.forum = t.forum
LEFT JOIN account AS every ON every.pseudonym = p.author AND every.forum = '*'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY p.thread_id, p.floor
  ORDER BY p.captured_at DESC NULLS LAST, p.page, p.file DESC, p.end_offset DESC
) = 1;
