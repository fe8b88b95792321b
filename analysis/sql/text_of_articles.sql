-- What do the articles $articles (list of ids) say, as known by $known_by (NULL: now)? Numbers of persons are masked.
SELECT a.article_id, a.outlet, a.title, v.byline, v.source, a.published, a.page, a.url, v.body
FROM article_at($known_by) AS a
JOIN article_version AS v USING (article_id, file, end_offset)
WHERE a.article_id IN (SELECT UNNEST($articles))
ORDER BY a.article_id;
