-- A ticket has one row and a known unit, or none yet.
SELECT thread_id, number FROM ticket_now GROUP BY thread_id, number HAVING COUNT(*) > 1
UNION ALL
SELECT thread_id, number FROM ticket_now AS t ANTI JOIN unit AS u ON u.short = t.unit WHERE t.unit IS NOT NULL;
