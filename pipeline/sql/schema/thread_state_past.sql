-- thread_state as it was told in the span of thread_past that ended at until_at.
CREATE TABLE IF NOT EXISTS thread_state_past (
  thread_id VARCHAR NOT NULL, until_at TIMESTAMP NOT NULL, cut_floor INTEGER NOT NULL,
  cut_at TIMESTAMP, known_at TIMESTAMP, next_cut_at TIMESTAMP, next_known_at TIMESTAMP,
  opening_floor INTEGER NOT NULL, opened_at TIMESTAMP, first_captured_at TIMESTAMP,
  state_since_at TIMESTAMP, asked_at TIMESTAMP,
  state VARCHAR NOT NULL, kind VARCHAR NOT NULL, needs_reply BOOLEAN NOT NULL, units VARCHAR[],
  is_unit_named BOOLEAN NOT NULL, sentiment VARCHAR NOT NULL, sentiment_score DOUBLE NOT NULL,
  urgency VARCHAR NOT NULL,
  first_response_floor INTEGER, first_response_at TIMESTAMP, answer_floor INTEGER, answer_at TIMESTAMP,
  why_json VARCHAR USING COMPRESSION zstd, confidence_json VARCHAR
);
