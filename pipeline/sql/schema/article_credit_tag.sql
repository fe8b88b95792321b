-- The units that the rules credit for one text of an article, with the words that show it; a doubtful one is
-- below the city's threshold and credited (of role 'exposed': exposed) only when a person says so.
CREATE TABLE IF NOT EXISTS article_credit_tag (
  article_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL,
  unit VARCHAR NOT NULL, role VARCHAR NOT NULL, confidence DOUBLE NOT NULL,
  is_doubtful BOOLEAN NOT NULL,
  why VARCHAR NOT NULL, field VARCHAR, start_char INTEGER, end_char INTEGER, quote VARCHAR
);
