-- Sites to crawl, as in outlets.yaml. unit: the one whose own site it is.
CREATE TABLE IF NOT EXISTS site (
  slug VARCHAR NOT NULL, outlet VARCHAR NOT NULL, outlet_class VARCHAR, platform VARCHAR NOT NULL,
  level VARCHAR NOT NULL, unit VARCHAR
);
