-- Responsible units of each task, groups resolved.
CREATE TABLE IF NOT EXISTS plan_task_unit (task VARCHAR NOT NULL, unit VARCHAR NOT NULL);
