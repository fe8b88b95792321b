-- A source has one state a day.
SELECT site, day FROM source_day GROUP BY site, day HAVING COUNT(*) > 1;
