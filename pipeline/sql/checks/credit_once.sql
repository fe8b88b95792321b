-- One credit a unit and piece.
SELECT article_id, unit FROM article_credit GROUP BY article_id, unit HAVING COUNT(*) > 1;
