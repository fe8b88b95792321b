-- What the texts of the newest spans are looked for by when reprints are found, so that a day's build need not read
-- them again: of the articles from two spans before the newest capture's on. trace: pipeline/tagging/reprint.py.
CREATE TABLE IF NOT EXISTS article_trace (
  article_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL, trace BLOB NOT NULL USING COMPRESSION zstd
);
