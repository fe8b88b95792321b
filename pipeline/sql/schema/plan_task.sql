-- 宣传事项, as in plan.yaml; task_json is the whole line.
CREATE TABLE IF NOT EXISTS plan_task (
  task VARCHAR NOT NULL, paragraph VARCHAR NOT NULL, title VARCHAR NOT NULL, kind VARCHAR NOT NULL,
  scope VARCHAR NOT NULL, window_start DATE NOT NULL, window_end DATE NOT NULL, quota INTEGER NOT NULL,
  proof_by DATE, task_json VARCHAR NOT NULL, position INTEGER NOT NULL
);
