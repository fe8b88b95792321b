-- The spans of days in which a thread showed what its newest captures do not show so: floors that are gone or were
-- edited since, another title. From since_at (NULL: from its first capture) until before until_at, both midnights.
-- told: a number for all that is told of the span, so that it need not be told again.
CREATE TABLE IF NOT EXISTS thread_past (
  thread_id VARCHAR NOT NULL, since_at TIMESTAMP, until_at TIMESTAMP NOT NULL, told UBIGINT NOT NULL
);
