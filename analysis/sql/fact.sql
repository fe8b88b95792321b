-- Which articles were published from $start to $end (dates), given what was known by $known_by (NULL: now)?
-- words, title_words: those of $words that stand in title or body, in the title.
SELECT
  f.*,
  LIST_FILTER($words, w -> CONTAINS(f.title, w)) AS title_words,
  LIST_FILTER($words, w -> CONTAINS(f.title, w) OR CONTAINS(COALESCE(a.body, ''), w)) AS words
FROM article_fact_at($known_by) AS f
JOIN (SELECT article_id, body FROM article_at($known_by)) AS a USING (article_id)
WHERE f.published_day BETWEEN $start AND $end
ORDER BY f.published_at, f.article_id;
