-- How many stories count for each task and owner, by what of the task they are, of all days, as the build left them?
SELECT task, owner, item, total FROM plan_total WHERE total <> 0 ORDER BY task, owner, item;
