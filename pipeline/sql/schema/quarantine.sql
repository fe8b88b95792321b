-- Landing lines that are no valid record: never loaded, never forgotten.
CREATE TABLE IF NOT EXISTS quarantine (
  file VARCHAR NOT NULL, begin_offset BIGINT NOT NULL, length_bytes BIGINT NOT NULL, reason VARCHAR NOT NULL
);
