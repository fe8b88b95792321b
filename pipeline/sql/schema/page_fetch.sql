-- One row a landed line: a page fetched or refused, with its one outcome. The ledger of what the crawler saw.
CREATE TABLE IF NOT EXISTS page_fetch (
  file VARCHAR NOT NULL, end_offset BIGINT NOT NULL,
  run VARCHAR NOT NULL, site VARCHAR NOT NULL, url VARCHAR NOT NULL,
  fetched_at TIMESTAMP, kind VARCHAR NOT NULL, outcome VARCHAR NOT NULL,
  status INTEGER, requested_url VARCHAR, sha256 VARCHAR, warc VARCHAR, warc_offset BIGINT,
  for_date DATE, wanted_from DATE, detail VARCHAR
);
