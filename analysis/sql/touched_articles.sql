-- Which articles may decisions on $targets (ids or addresses of articles) change: those that they name, and the copies
-- and first publications of their stories?
WITH target AS (SELECT UNNEST(CAST($targets AS VARCHAR[])) AS ref),
touched AS (SELECT DISTINCT r.article_id FROM article_ref AS r JOIN target USING (ref))
SELECT article_id FROM touched
UNION
SELECT story_id FROM article_reprint SEMI JOIN touched USING (article_id)
UNION
SELECT r.article_id FROM article_reprint AS r JOIN touched ON touched.article_id = r.story_id
UNION
SELECT s.article_id FROM article_reprint AS r SEMI JOIN touched USING (article_id) JOIN article_reprint AS s USING (story_id);
