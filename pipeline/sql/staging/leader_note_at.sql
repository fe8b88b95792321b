-- On which articles did a person record a superior's 批示 (tag_correction with leader_note: true), known at a moment
-- (NULL: now)?
CREATE OR REPLACE MACRO leader_note_at(known_by) AS TABLE
SELECT r.article_id, ARG_MAX(c.value_json, c.number_in_order) = 'true' AS has_leader_note
FROM correction_at(known_by) AS c
JOIN article_ref AS r ON r.ref = c.target
WHERE c.key = 'leader_note'
GROUP BY r.article_id;
