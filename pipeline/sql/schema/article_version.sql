-- Each text of an article as captured. An article is its canonical address in an outlet; a changed text is a
-- further version of it. What is read of few rows at a time is kept small; article_now has it to be read of many.
CREATE TABLE IF NOT EXISTS article_version (
  article_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL,
  captured_at TIMESTAMP, run VARCHAR NOT NULL, site VARCHAR NOT NULL,
  file VARCHAR NOT NULL, end_offset BIGINT NOT NULL, sha256 VARCHAR,
  outlet VARCHAR NOT NULL, url VARCHAR NOT NULL USING COMPRESSION zstd,
  title VARCHAR NOT NULL USING COMPRESSION zstd, kicker VARCHAR, subtitle VARCHAR, byline VARCHAR, source VARCHAR,
  page VARCHAR, page_name VARCHAR, is_lead BOOLEAN NOT NULL, column_name VARCHAR,
  published VARCHAR, published_at TIMESTAMP, images VARCHAR[],
  body VARCHAR USING COMPRESSION zstd,
  has_body BOOLEAN NOT NULL  -- to ask for it without reading all bodies
);
