-- Every article as it stands now, for analysts: newest text, tags, story.
CREATE OR REPLACE VIEW article AS SELECT * FROM article_fact_at(NULL);
