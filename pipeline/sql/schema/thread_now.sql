-- thread_history(NULL) as of the build: what most questions ask.
CREATE TABLE IF NOT EXISTS thread_now (
  thread_id VARCHAR NOT NULL, forum VARCHAR NOT NULL, tid VARCHAR NOT NULL, board VARCHAR, title VARCHAR NOT NULL,
  url VARCHAR NOT NULL, site VARCHAR NOT NULL, sha256 VARCHAR, view_count INTEGER, pages INTEGER NOT NULL,
  page_count BIGINT NOT NULL, is_closed BOOLEAN NOT NULL, first_captured_at TIMESTAMP, last_captured_at TIMESTAMP
);
