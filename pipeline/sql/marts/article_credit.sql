-- Every credit as it stands now, for analysts.
CREATE OR REPLACE VIEW article_credit AS SELECT * FROM article_credit_at(NULL);
