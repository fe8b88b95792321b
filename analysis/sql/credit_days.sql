-- Which unit was credited for which first publication up to $as_of (date), on which day, in which outlet and topic?
SELECT c.unit, c.role, a.article_id, a.published_day, a.outlet, a.outlet_class, a.topic, a.sentiment, a.form
FROM article_credit AS c
JOIN article AS a USING (article_id)
WHERE a.is_first AND a.published_day <= $as_of
ORDER BY a.published_day, a.article_id, c.unit;
