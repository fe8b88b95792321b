-- Only the three roles that earn a credit.
SELECT article_id, unit, role FROM article_credit WHERE role NOT IN ('byline', 'subject', 'joint');
