-- Articles that retell another one's text word for word: which, and why. Story = first publication and reprints.
CREATE TABLE IF NOT EXISTS article_reprint (
  article_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, why VARCHAR
);
