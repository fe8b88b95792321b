-- Which tickets were there at $as_of (timestamp), given what was known by $known_by (NULL: now)?
-- $threads: only of these (ids), NULL: of all. The columns: ticket_row_at.
-- checked_at: when a list or a thread of its forum was last read, or the thread itself, where it could not be read
-- since: later answers cannot be known.
SELECT t.*, LEAST(c.checked_at, u.checked_at) AS checked_at
FROM ticket_row_at($as_of, $known_by, threads := CAST($threads AS VARCHAR[])) AS t
LEFT JOIN forum_checked_at($known_by) AS c USING (site)
LEFT JOIN thread_unread_at($known_by) AS u USING (thread_id)
ORDER BY t.opened_at NULLS LAST, t.ticket_id;
