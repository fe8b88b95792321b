-- What the rules say of a thread cut after one of its posts, so that the state of any day can be asked: a row holds
-- until its next_cut_at, as far as that is known (next_known_at). state_since_at: when the state became so; asked_at:
-- under an announcement, when somebody first asked. opening_floor: 1, unless the first page was never captured.
CREATE TABLE IF NOT EXISTS thread_state (
  thread_id VARCHAR NOT NULL, cut_floor INTEGER NOT NULL,
  cut_at TIMESTAMP, known_at TIMESTAMP, next_cut_at TIMESTAMP, next_known_at TIMESTAMP,
  opening_floor INTEGER NOT NULL, opened_at TIMESTAMP, first_captured_at TIMESTAMP,
  state_since_at TIMESTAMP, asked_at TIMESTAMP,
  state VARCHAR NOT NULL, kind VARCHAR NOT NULL, needs_reply BOOLEAN NOT NULL, units VARCHAR[],
  is_unit_named BOOLEAN NOT NULL, sentiment VARCHAR NOT NULL, sentiment_score DOUBLE NOT NULL,
  urgency VARCHAR NOT NULL,
  first_response_floor INTEGER, first_response_at TIMESTAMP, answer_floor INTEGER, answer_at TIMESTAMP,
  why_json VARCHAR USING COMPRESSION zstd, confidence_json VARCHAR
);
