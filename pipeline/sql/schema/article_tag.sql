-- What the rules say of one text of an article.
CREATE TABLE IF NOT EXISTS article_tag (
  article_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL,
  topic VARCHAR, indicator VARCHAR, sentiment VARCHAR NOT NULL, sentiment_score DOUBLE NOT NULL,
  form VARCHAR NOT NULL, has_editor_note BOOLEAN NOT NULL, is_plan_column BOOLEAN NOT NULL,
  mentions VARCHAR[], exposed VARCHAR[], why_json VARCHAR USING COMPRESSION zstd, confidence_json VARCHAR
);
