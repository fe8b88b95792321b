-- Which articles were published up to $end (a date), in short, as the build left them? By time of publication.
SELECT * FROM plan_fact WHERE published_at < CAST($end AS TIMESTAMP) + INTERVAL 1 DAY ORDER BY published_at, article_id;
