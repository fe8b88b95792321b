-- Which units do articles published from $start to $end (dates) credit, given what was known by $known_by?
SELECT c.*
FROM article_credit_at($known_by, articles := CAST($articles AS VARCHAR[])) AS c
SEMI JOIN (
  SELECT article_id FROM article_at($known_by) WHERE published_day BETWEEN $start AND $end
) AS a USING (article_id)
ORDER BY c.article_id, c.unit;
