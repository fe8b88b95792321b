-- Pairs of threads that tell of the same matter; thread_id < other_id. strength 0..1; words: what they share.
CREATE TABLE IF NOT EXISTS thread_alike (
  thread_id VARCHAR NOT NULL, other_id VARCHAR NOT NULL, strength DOUBLE NOT NULL, words VARCHAR NOT NULL
);
