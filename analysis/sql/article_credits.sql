-- Which units do the articles $ids (list) credit, with who decided and the words that show it, given what was known
-- by $known_by (NULL: now)?
SELECT c.*
FROM article_credit_at($known_by, articles := CAST($ids AS VARCHAR[])) AS c
ORDER BY c.article_id, CASE c.role WHEN 'byline' THEN 1 WHEN 'subject' THEN 2 ELSE 3 END, c.unit;
