-- Ways to name an article in a decision: its id, its address.
CREATE OR REPLACE VIEW article_ref AS
SELECT DISTINCT article_id AS ref, article_id FROM article_version
UNION
SELECT DISTINCT url AS ref, article_id FROM article_version;
