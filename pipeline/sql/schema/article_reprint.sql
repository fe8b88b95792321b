-- Articles that retell another one's text word for word: which, and why. Story = first publication and reprints.
-- first_id: the article found to be its first publication, which may be a reprint of an older one still.
CREATE TABLE IF NOT EXISTS article_reprint (
  article_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, first_id VARCHAR NOT NULL, why VARCHAR
);
