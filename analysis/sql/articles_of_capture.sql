-- Which articles were read from a capture with the digest $sha256?
SELECT DISTINCT article_id
FROM article_version
WHERE sha256 = $sha256
ORDER BY article_id;
