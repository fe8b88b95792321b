-- What do the articles $articles (list of ids) say, as known by $known_by (NULL: now)? Numbers of persons are masked.
SELECT article_id, outlet, title, byline, source, published, page, url, body
FROM article_at($known_by)
WHERE article_id IN (SELECT UNNEST($articles))
ORDER BY article_id;
