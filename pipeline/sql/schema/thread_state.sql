-- What the rules say of a thread cut after one of its posts, so that the state of any day can be asked.
CREATE TABLE IF NOT EXISTS thread_state (
  thread_id VARCHAR NOT NULL, cut_floor INTEGER NOT NULL,
  cut_at TIMESTAMP, known_at TIMESTAMP,
  state VARCHAR NOT NULL, kind VARCHAR NOT NULL, needs_reply BOOLEAN NOT NULL, units VARCHAR[],
  is_unit_named BOOLEAN NOT NULL, sentiment VARCHAR NOT NULL, sentiment_score DOUBLE NOT NULL,
  urgency VARCHAR NOT NULL,
  first_response_floor INTEGER, first_response_at TIMESTAMP, answer_floor INTEGER, answer_at TIMESTAMP,
  why_json VARCHAR, confidence_json VARCHAR
);
