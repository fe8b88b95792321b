-- Official accounts of units, with the pseudonym under which posts show them. forum '*': any.
CREATE TABLE IF NOT EXISTS official_account (
  forum VARCHAR NOT NULL, account VARCHAR NOT NULL, pseudonym VARCHAR NOT NULL, unit VARCHAR NOT NULL
);
