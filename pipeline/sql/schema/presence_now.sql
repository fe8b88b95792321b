-- presence_at(NULL) as of the build, of the pages that plan_fact names for the announcement.
CREATE TABLE IF NOT EXISTS presence_now (
  url VARCHAR NOT NULL, fetched_at TIMESTAMP, day DATE, outcome VARCHAR, detail VARCHAR, sha256 VARCHAR,
  moved_to VARCHAR, state VARCHAR, is_present BOOLEAN, is_gone BOOLEAN
);
