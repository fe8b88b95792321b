-- How many stories count for each task and owner, by what of the task they are, up to $end (a date), as the build left
-- them? $without: not these stories (ids). Of all are taken back those that came later, and these.
SELECT task, owner, item, CAST(SUM(total) AS BIGINT) AS total
FROM (
  SELECT task, owner, item, total FROM plan_total
  UNION ALL
  SELECT task, owner, item, -number FROM plan_piece WHERE "day" > $end
  UNION ALL
  SELECT task, owner, item, -number FROM plan_piece
  WHERE "day" <= $end AND story_id IN (SELECT UNNEST(CAST($without AS VARCHAR[])))
)
GROUP BY task, owner, item
HAVING SUM(total) <> 0;
