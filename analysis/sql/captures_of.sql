-- Which captures of the articles $articles (list of ids) are loaded, and where do their lines end?
SELECT article_id, captured_at, site, url, sha256, file, end_offset
FROM article_version
WHERE article_id IN (SELECT UNNEST($articles))
ORDER BY article_id, captured_at, file, end_offset;
