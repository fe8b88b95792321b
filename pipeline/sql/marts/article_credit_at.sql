-- The ledger known at a moment (NULL: now): one row a unit and article, with who decided and the words. articles:
-- only of these (a list of ids), NULL: of all.
-- A correction of the credits names all of them: what was added or refused before it holds no more, what comes after does.
-- Role byline goes before subject before joint (domain ruling: one credit per unit and piece).
CREATE OR REPLACE MACRO article_credit_at(known_by, articles := NULL) AS TABLE
WITH corrected AS (
  SELECT
    r.article_id, ARG_MAX(c.value_json, c.number_in_order) AS credits, MAX(c.number_in_order) AS number_in_order
  FROM correction_at(known_by) AS c
  JOIN article_ref AS r ON r.ref = c.target
  WHERE c.key = 'credits' AND (articles IS NULL OR LIST_CONTAINS(articles, r.article_id))
    AND r.article_id BETWEEN COALESCE(LIST_MIN(articles), '') AND COALESCE(LIST_MAX(articles), '~')
  GROUP BY r.article_id
),
said AS (
  SELECT
    r.article_id, d.unit, d.kind, d.id AS decision_id, d.who, d.why,
    COALESCE(CAST(d.after_json AS JSON) ->> '$.role', 'subject') AS role
  FROM decision_at(known_by) AS d
  JOIN article_ref AS r ON r.ref = d.target
  LEFT JOIN corrected AS x USING (article_id)
  WHERE d.kind IN ('credit_add', 'credit_refuse') AND d.number_in_order > COALESCE(x.number_in_order, -1)
    AND (articles IS NULL OR LIST_CONTAINS(articles, r.article_id))
    AND r.article_id BETWEEN COALESCE(LIST_MIN(articles), '') AND COALESCE(LIST_MAX(articles), '~')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY r.article_id, d.unit ORDER BY d.number_in_order DESC) = 1
),
candidate AS (
  SELECT
    a.article_id, c.unit, c.role, c.confidence, c.why, c.field, c.start_char, c.end_char, c.quote,
    'rule' AS decided_by, NULL AS decision_id
  FROM article_at(known_by) AS a
  JOIN article_credit_tag AS c USING (article_id, content_hash)
  WHERE NOT c.is_doubtful AND a.article_id NOT IN (SELECT article_id FROM corrected)
    AND (articles IS NULL OR LIST_CONTAINS(articles, a.article_id))
    AND (articles IS NULL OR LIST_CONTAINS(articles, c.article_id))
    AND a.article_id BETWEEN COALESCE(LIST_MIN(articles), '') AND COALESCE(LIST_MAX(articles), '~')
    AND c.article_id BETWEEN COALESCE(LIST_MIN(articles), '') AND COALESCE(LIST_MAX(articles), '~')
  UNION ALL
  SELECT
    article_id, credit.unit, COALESCE(credit.role, 'subject'), 1.0, '人工更正', NULL, NULL, NULL, NULL,
    'person', NULL
  FROM (
    SELECT article_id, UNNEST(from_json(credits, '[{"unit": "VARCHAR", "role": "VARCHAR"}]')) AS credit
    FROM corrected
  )
  UNION ALL
  SELECT
    article_id, unit, role, 1.0, CONCAT(who, '：', why), NULL, NULL, NULL, NULL, 'person', decision_id
  FROM said
  WHERE kind = 'credit_add'
)
SELECT candidate.*
FROM candidate
ANTI JOIN (SELECT article_id, unit FROM said WHERE kind = 'credit_refuse') AS refused
  USING (article_id, unit)
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY article_id, unit
  ORDER BY CASE role WHEN 'byline' THEN 1 WHEN 'subject' THEN 2 ELSE 3 END, decided_by, start_char
) = 1;
