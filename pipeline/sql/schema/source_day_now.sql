-- source_day_history(NULL) as of the build.
CREATE TABLE IF NOT EXISTS source_day_now (
  site VARCHAR NOT NULL, day DATE NOT NULL, is_dated BOOLEAN, read_from DATE, article_count BIGINT,
  list_ok_count BIGINT, list_failed_count BIGINT, list_missing_count BIGINT, article_failed_count BIGINT, habit_count DOUBLE,
  is_never_empty BOOLEAN, lost_fields VARCHAR[], is_low BOOLEAN, state VARCHAR
);
