-- Each post on each capture of a page. Authors are pseudonyms; NULL: anonymous. text NULL: blocked.
CREATE TABLE IF NOT EXISTS thread_post_version (
  thread_id VARCHAR NOT NULL, page INTEGER NOT NULL, captured_at TIMESTAMP,
  file VARCHAR NOT NULL, end_offset BIGINT NOT NULL,
  floor INTEGER NOT NULL, author VARCHAR, posted VARCHAR, posted_at TIMESTAMP,
  pid VARCHAR, is_registered_official BOOLEAN NOT NULL,
  quote_author VARCHAR, quote_text VARCHAR, edited VARCHAR,
  text VARCHAR USING COMPRESSION zstd
);
