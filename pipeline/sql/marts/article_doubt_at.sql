-- Doubtful credits and exposures (role 'exposed') known at a moment (NULL: now) that no person has decided: one row a
-- unit, role and article, with the words.
CREATE OR REPLACE MACRO article_doubt_at(known_by) AS TABLE
SELECT
  a.article_id, c.unit, c.role, c.confidence, c.why, c.field, c.start_char, c.end_char, c.quote
FROM article_at(known_by) AS a
JOIN article_credit_tag AS c USING (article_id, content_hash)
WHERE c.is_doubtful
  AND NOT EXISTS (
    SELECT 1 FROM correction_at(known_by) AS x JOIN article_ref AS r ON r.ref = x.target
    WHERE r.article_id = a.article_id AND x.key = CASE c.role WHEN 'exposed' THEN 'exposed' ELSE 'credits' END
  )
  AND NOT EXISTS (
    SELECT 1 FROM decision_at(known_by) AS d JOIN article_ref AS r ON r.ref = d.target
    WHERE d.kind IN ('credit_add', 'credit_refuse') AND r.article_id = a.article_id AND d.unit = c.unit
  );
