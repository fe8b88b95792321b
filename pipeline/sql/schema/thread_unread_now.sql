-- thread_unread_history(NULL) as of the build.
CREATE TABLE IF NOT EXISTS thread_unread_now (thread_id VARCHAR NOT NULL, checked_at TIMESTAMP);
