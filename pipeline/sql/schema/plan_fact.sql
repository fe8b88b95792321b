-- The articles published since the plan's first day as its verdicts need them, as of the build, in short: of each
-- its story (NULL: its own), the tasks that it counts for, the plan's words in it, whom it credits in which role
-- (unit/role, one a line). title, url, site_unit: only
-- where a verdict tells them (announcement, exposure, a piece without its 编者按).
CREATE TABLE IF NOT EXISTS plan_fact (
  article_id VARCHAR NOT NULL, story_id VARCHAR, published_at TIMESTAMP NOT NULL,
  outlet VARCHAR NOT NULL, outlet_class VARCHAR, level VARCHAR, page VARCHAR, is_lead BOOLEAN NOT NULL,
  has_leader_note BOOLEAN NOT NULL, has_editor_note BOOLEAN NOT NULL,
  topic VARCHAR, indicator VARCHAR, form VARCHAR NOT NULL, words VARCHAR NOT NULL, tasks VARCHAR NOT NULL,
  credits VARCHAR NOT NULL,
  title VARCHAR, title_words VARCHAR, url VARCHAR, site_unit VARCHAR
);
