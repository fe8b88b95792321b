-- Decisions known at a moment (NULL: now).
CREATE OR REPLACE MACRO decision_at(known_by) AS TABLE
SELECT * FROM decision WHERE known_by IS NULL OR decided_at <= known_by;
