-- The kinds of tickets that there are in ticket_span: a number takes the place of five names where all are read.
CREATE TABLE IF NOT EXISTS ticket_class (
  class UINTEGER NOT NULL, kind VARCHAR, urgency VARCHAR, unit VARCHAR, state VARCHAR, forum VARCHAR
);
