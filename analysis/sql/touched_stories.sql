-- Which stories may decisions on $targets (ids or addresses of articles) change: those that the articles told by the
-- rules, or by anything that a person ever said of them, also what the edition knew and is not used any more?
WITH target AS (SELECT UNNEST(CAST($targets AS VARCHAR[])) AS ref),
touched AS (SELECT DISTINCT r.article_id FROM article_ref AS r JOIN target USING (ref))
SELECT article_id AS story_id FROM touched
UNION
SELECT story_id FROM article_reprint SEMI JOIN touched USING (article_id)
UNION
SELECT COALESCE(v.value_json ->> '$', r.article_id)
FROM (FROM decision_value UNION ALL BY NAME FROM edition.main.decision_value) AS v
JOIN article_ref AS r ON r.ref = v.target
SEMI JOIN touched ON touched.article_id = r.article_id
WHERE v.kind = 'tag_correction' AND v.key = 'reprint_of';
