-- Which stories may decisions on $targets (ids or addresses of articles) change? The articles that they name, and all that
-- hang together with these by what the rules found or people ever said of whose reprint an article is, also what the
-- edition knew and is not used any more: each of them may be the first of a story, and may tell another's.
WITH RECURSIVE told AS (
  SELECT r.article_id, v.value_json ->> '$' AS story_id
  FROM (FROM decision_value UNION ALL BY NAME FROM edition.main.decision_value) AS v
  JOIN article_ref AS r ON r.ref = v.target
  WHERE v.kind = 'tag_correction' AND v.key = 'reprint_of'
  UNION
  SELECT article_id, UNNEST([story_id, first_id]) FROM article_reprint
),
link AS MATERIALIZED (
  SELECT article_id AS one, story_id AS other FROM told WHERE story_id IS NOT NULL
  UNION ALL
  SELECT story_id, article_id FROM told WHERE story_id IS NOT NULL
),
near AS (
  SELECT r.article_id AS story_id
  FROM article_ref AS r
  JOIN (SELECT UNNEST(CAST($targets AS VARCHAR[])) AS ref) AS target USING (ref)
  UNION
  SELECT link.other FROM near JOIN link ON link.one = near.story_id
)
SELECT story_id FROM near;
