-- How many stories of plan_total.sql are to be taken back (less than none), by what of the task they are: those that came
-- after $end (a date), and these of the others: $without (ids)?
SELECT task, owner, item, CAST(-SUM(number) AS BIGINT) AS total
FROM (
  SELECT task, owner, item, number FROM plan_piece WHERE "day" > $end
  UNION ALL
  SELECT task, owner, item, number FROM plan_piece
  WHERE "day" <= $end AND story_id IN (SELECT UNNEST(CAST($without AS VARCHAR[])))
)
GROUP BY task, owner, item;
