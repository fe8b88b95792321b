-- Every source and day as known now.
CREATE OR REPLACE VIEW source_day AS SELECT * FROM source_day_at(NULL);
