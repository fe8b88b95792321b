-- article_history(NULL) as of the build, without the bodies: what most questions ask.
CREATE TABLE IF NOT EXISTS article_now (
  article_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL,
  captured_at TIMESTAMP, run VARCHAR NOT NULL, site VARCHAR NOT NULL,
  file VARCHAR NOT NULL, end_offset BIGINT NOT NULL, sha256 VARCHAR,
  outlet VARCHAR NOT NULL, url VARCHAR NOT NULL,
  title VARCHAR NOT NULL, kicker VARCHAR, subtitle VARCHAR, byline VARCHAR, source VARCHAR,
  page VARCHAR, page_name VARCHAR, is_lead BOOLEAN NOT NULL, column_name VARCHAR,
  published VARCHAR, published_at TIMESTAMP, images VARCHAR[],
  published_day DATE, first_captured_at TIMESTAMP, version_count BIGINT NOT NULL
);
