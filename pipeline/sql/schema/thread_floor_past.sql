-- thread_floor as it was told in the span of thread_past that ended at until_at.
CREATE TABLE IF NOT EXISTS thread_floor_past (
  thread_id VARCHAR NOT NULL, until_at TIMESTAMP NOT NULL, floor INTEGER NOT NULL, said_at TIMESTAMP,
  is_dated BOOLEAN NOT NULL, known_at TIMESTAMP, kind VARCHAR NOT NULL, unit VARCHAR, words VARCHAR NOT NULL
);
