-- forum_checked_history(NULL) as of the build.
CREATE TABLE IF NOT EXISTS forum_checked_now (site VARCHAR NOT NULL, checked_at TIMESTAMP);
