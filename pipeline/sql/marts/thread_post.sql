-- The posts of every thread as it stands now.
CREATE OR REPLACE VIEW thread_post AS SELECT * FROM thread_post_at(NULL);
