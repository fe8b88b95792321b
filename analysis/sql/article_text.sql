-- What do the articles $ids (list) say, each of their texts once?
SELECT article_id, content_hash, ANY_VALUE(body) AS body
FROM article_version
WHERE article_id IN (SELECT UNNEST(CAST($ids AS VARCHAR[])))
GROUP BY article_id, content_hash;
