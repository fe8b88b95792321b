-- What a floor after the opening does. kind: response, answer, sent_back (registered accounts); disputed, solved
-- (the poster); claimed (an account that is not registered speaks as an authority). The last three move nothing
-- until a person confirms them. unit: of the account, NULL where nobody registered whose it is.
-- is_dated FALSE: its time cannot be read; said_at is the latest that it can have been.
CREATE TABLE IF NOT EXISTS thread_floor (
  thread_id VARCHAR NOT NULL, floor INTEGER NOT NULL, said_at TIMESTAMP, is_dated BOOLEAN NOT NULL, known_at TIMESTAMP,
  kind VARCHAR NOT NULL, unit VARCHAR, words VARCHAR NOT NULL
);
