-- thread_post_history(NULL) as of the build, without the texts: what most questions ask.
CREATE TABLE IF NOT EXISTS thread_floor_now (
  thread_id VARCHAR NOT NULL, page INTEGER NOT NULL, captured_at TIMESTAMP,
  file VARCHAR NOT NULL, end_offset BIGINT NOT NULL,
  floor INTEGER NOT NULL, author VARCHAR, posted VARCHAR, posted_at TIMESTAMP,
  pid VARCHAR, quote_author VARCHAR, edited VARCHAR,
  first_captured_at TIMESTAMP, forum VARCHAR, official_account VARCHAR, official_unit VARCHAR, is_official BOOLEAN
);
