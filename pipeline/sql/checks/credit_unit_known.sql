-- Credits go to units of the city.
SELECT c.article_id, c.unit FROM article_credit AS c ANTI JOIN unit AS u ON u.short = c.unit;
