-- Which articles were published up to $as_of (date), by outlet and day, in the plan's column or not?
SELECT
  article_id, outlet, outlet_class, site, published_day, form, topic, sentiment, is_plan_column, is_first, copy_count
FROM article
WHERE published_day <= $as_of
ORDER BY published_day, article_id;
