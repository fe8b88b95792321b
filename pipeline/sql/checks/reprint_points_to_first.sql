-- A reprint points to an article that is there and is itself no reprint.
SELECT r.article_id, r.story_id FROM article_reprint AS r
WHERE r.story_id NOT IN (SELECT article_id FROM article_version)
   OR r.story_id IN (SELECT article_id FROM article_reprint);
