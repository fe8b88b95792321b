-- What source_day_history says, for now (NULL) from the table that the build made of it.
CREATE OR REPLACE MACRO source_day_at(known_by) AS TABLE
SELECT * FROM source_day_now WHERE known_by IS NULL
UNION ALL BY NAME
SELECT * FROM source_day_history(known_by) WHERE known_by IS NOT NULL;
