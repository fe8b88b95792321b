-- How right were credits by rule, per unit and month of the decision, where a person looked at the piece? A corrected list
-- of credits judges every unit of its article, an added or refused credit that unit alone. Known by $known_by (NULL: now).
WITH looked AS (
  SELECT r.article_id, d.unit, d.decided_at,
    d.kind = 'tag_correction' AS is_whole
  FROM decision_at($known_by) AS d
  JOIN article_ref AS r ON r.ref = d.target
  WHERE d.kind IN ('credit_add', 'credit_refuse')
    OR (d.kind = 'tag_correction' AND json_exists(CAST(d.after_json AS JSON), '$.credits'))
),
ruled AS (
  SELECT a.article_id, c.unit
  FROM article_at($known_by) AS a
  JOIN article_credit_tag AS c USING (article_id, content_hash)
  WHERE NOT c.is_doubtful
),
pair AS (
  SELECT article_id, unit, 1 AS by_rule, 0 AS by_person FROM ruled
  UNION ALL
  SELECT article_id, unit, 0, 1 FROM article_credit_at($known_by)
),
judged AS (
  SELECT p.article_id, p.unit, MAX(p.by_rule) AS by_rule, MAX(p.by_person) AS by_person, MAX(d.decided_at) AS decided_at
  FROM pair AS p
  JOIN looked AS d ON d.article_id = p.article_id AND (d.is_whole OR d.unit = p.unit)
  GROUP BY p.article_id, p.unit
)
SELECT
  STRFTIME(decided_at, '%Y-%m') AS month, unit,
  SUM(by_rule * by_person) AS right_count,
  SUM(by_rule * (1 - by_person)) AS wrong_count,
  SUM((1 - by_rule) * by_person) AS missed_count
FROM judged
GROUP BY ALL
ORDER BY month, unit;
