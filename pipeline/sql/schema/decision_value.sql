-- Each thing that a decision says, one row a key, so that a later one overrides only what it names.
CREATE TABLE IF NOT EXISTS decision_value (
  decision_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, target VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL,
  number_in_order BIGINT NOT NULL, key VARCHAR NOT NULL, value_json VARCHAR NOT NULL
);
