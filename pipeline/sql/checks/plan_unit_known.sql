-- The plan names units of the city.
SELECT p.task, p.unit FROM plan_task_unit AS p ANTI JOIN unit AS u ON u.short = p.unit;
