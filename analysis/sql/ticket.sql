-- Which tickets were there at $as_of (timestamp), given what was known by $known_by (NULL: now)?
-- $threads: only of these (ids), NULL: of all. The columns: ticket_row_at.
-- checked_at: when the thread or a list of its forum was last fetched: later answers cannot be known.
SELECT t.*, c.checked_at
FROM ticket_row_at($as_of, $known_by, threads := CAST($threads AS VARCHAR[])) AS t
LEFT JOIN forum_checked_at($known_by) AS c USING (site)
ORDER BY t.opened_at NULLS LAST, t.ticket_id;
