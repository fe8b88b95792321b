-- What the warehouse is: city, schema version, fingerprint of everything that tags depend on.
CREATE TABLE IF NOT EXISTS meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);
