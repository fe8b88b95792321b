-- Units that an opening post calls on by name, each to do its part: two or more, in the order of their names.
CREATE TABLE IF NOT EXISTS thread_call (thread_id VARCHAR NOT NULL, number INTEGER NOT NULL, unit VARCHAR NOT NULL);
