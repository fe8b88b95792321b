-- Each article known at a moment (NULL: now) as the plan sees it.
-- words, title_words: those of a list that stand in title or body, in the title.
CREATE OR REPLACE MACRO plan_fact_at(known_by, listed) AS TABLE
SELECT
  f.*,
  COALESCE(n.has_leader_note, FALSE) AS has_leader_note,
  LIST_FILTER(listed, w -> CONTAINS(f.title, w)) AS title_words,
  LIST_FILTER(listed, w -> CONTAINS(f.title, w) OR CONTAINS(COALESCE(a.body, ''), w)) AS words
FROM article_fact_at(known_by) AS f
JOIN article_version AS a USING (article_id, file, end_offset)
LEFT JOIN leader_note_at(known_by) AS n USING (article_id);
