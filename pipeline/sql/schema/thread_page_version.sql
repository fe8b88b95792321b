-- Each capture of a page of a thread.
CREATE TABLE IF NOT EXISTS thread_page_version (
  thread_id VARCHAR NOT NULL, page INTEGER NOT NULL, captured_at TIMESTAMP,
  run VARCHAR NOT NULL, site VARCHAR NOT NULL, file VARCHAR NOT NULL, end_offset BIGINT NOT NULL, sha256 VARCHAR,
  forum VARCHAR NOT NULL, tid VARCHAR NOT NULL, board VARCHAR,
  url VARCHAR NOT NULL USING COMPRESSION zstd, title VARCHAR NOT NULL USING COMPRESSION zstd,
  type VARCHAR, pages INTEGER NOT NULL, view_count INTEGER, reply_count INTEGER, is_closed BOOLEAN NOT NULL
);
