-- plan_piece as a whole: how many stories count for each task and owner, by what of the task they are.
CREATE TABLE IF NOT EXISTS plan_total (
  task VARCHAR NOT NULL, owner VARCHAR NOT NULL, item VARCHAR NOT NULL, total BIGINT NOT NULL
);
