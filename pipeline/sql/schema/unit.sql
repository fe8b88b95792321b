-- 责任单位, as in units.csv.
CREATE TABLE IF NOT EXISTS unit (
  short VARCHAR NOT NULL, official VARCHAR NOT NULL, kind VARCHAR NOT NULL, parent VARCHAR,
  is_county BOOLEAN NOT NULL, is_named_in_notice BOOLEAN NOT NULL, valid_from DATE, valid_to DATE,
  successor VARCHAR, position INTEGER NOT NULL
);
