-- A ticket has one row and a known unit, or none yet.
SELECT ticket_id FROM ticket GROUP BY ticket_id HAVING COUNT(*) > 1
UNION ALL
SELECT ticket_id FROM ticket AS t ANTI JOIN unit AS u ON u.short = t.unit WHERE t.unit IS NOT NULL;
