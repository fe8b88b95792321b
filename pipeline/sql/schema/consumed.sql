-- Up to which byte each landing file was loaded. Written in the transaction that loads the lines.
CREATE TABLE IF NOT EXISTS consumed (file VARCHAR NOT NULL, end_offset BIGINT NOT NULL);
