-- What the stories of plan_fact count for the plan, as of the build: pieces of pipeline/plan_count.py, one a story, task
-- and owner (a unit, 全市, @ and a class of outlets), with the day from which on it counts. task '*score': a unit's
-- stories with what their points follow from; a later copy that changes it takes the former back (number -1) and
-- counts anew, both without article_id.
CREATE TABLE IF NOT EXISTS plan_piece (
  task VARCHAR NOT NULL, owner VARCHAR NOT NULL, "day" DATE NOT NULL, item VARCHAR NOT NULL,
  article_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, number TINYINT NOT NULL
);
