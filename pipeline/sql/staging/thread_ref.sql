-- Ways to name a thread in a decision: its id, the address of one of its pages.
CREATE OR REPLACE VIEW thread_ref AS
SELECT DISTINCT thread_id AS ref, thread_id FROM thread_page_version
UNION
SELECT DISTINCT url AS ref, thread_id FROM thread_page_version;
