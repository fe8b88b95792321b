-- Ways to name an article in a decision: its id, its address.
CREATE OR REPLACE VIEW article_ref AS
SELECT article_id AS ref, article_id FROM article_now
UNION ALL
SELECT DISTINCT url AS ref, article_id FROM article_version WHERE url <> article_id;
