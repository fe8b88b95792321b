-- Which edits of the city's data had been decided when this edition of the warehouse was built?
SELECT id FROM edition.decision WHERE kind IN ('unit_edit', 'alias_edit', 'account_edit', 'rule_edit');
