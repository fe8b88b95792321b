-- What people decided, as recorded; the newest on a target overrides the rules.
CREATE TABLE IF NOT EXISTS decision (
  id VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, kind VARCHAR NOT NULL,
  target VARCHAR NOT NULL, before_json VARCHAR NOT NULL, after_json VARCHAR NOT NULL, why VARCHAR NOT NULL,
  unit VARCHAR, number_in_order BIGINT NOT NULL
);
