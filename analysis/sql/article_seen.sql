-- When was each of the articles $ids (list) first captured, and what is it?
SELECT article_id, url, outlet, title, published_day, first_captured_at
FROM article_at(NULL)
WHERE article_id IN (SELECT UNNEST($ids));
