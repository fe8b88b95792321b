-- thread_call as it was told in the span of thread_past that ended at until_at.
CREATE TABLE IF NOT EXISTS thread_call_past (
  thread_id VARCHAR NOT NULL, until_at TIMESTAMP NOT NULL, number INTEGER NOT NULL, unit VARCHAR NOT NULL
);
