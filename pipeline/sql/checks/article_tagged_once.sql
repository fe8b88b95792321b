-- Every text of an article has its tags, once.
SELECT v.article_id, v.content_hash, COUNT(t.article_id) AS tag_count
FROM (SELECT DISTINCT article_id, content_hash FROM article_version) AS v
LEFT JOIN article_tag AS t USING (article_id, content_hash)
GROUP BY v.article_id, v.content_hash HAVING COUNT(t.article_id) <> 1;
