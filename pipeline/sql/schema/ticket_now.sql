-- The tickets of each thread as of the build, from the last thing that happened on it on: ticket_row_at at the end
-- of time. Asked for a moment from quiet_at on they stand so; for one before first_at there are none; in between
-- ticket_row_at tells. number NULL: the thread has no ticket. candidates: units, one a line.
-- key: a number for the ticket's id, since a hundred thousand names take long to read. By time of opening, so that those
-- of a season lie together.
-- is_plain: nothing was extended, paused, reopened, sent back: both clocks run from opened_at, as the rules say.
CREATE TABLE IF NOT EXISTS ticket_now (
  thread_id VARCHAR NOT NULL, number INTEGER, "key" UBIGINT, first_at TIMESTAMP, quiet_at TIMESTAMP, is_plain BOOLEAN,
  kind VARCHAR, urgency VARCHAR, unit VARCHAR, candidates VARCHAR, is_unit_decided BOOLEAN, is_shared_thread BOOLEAN,
  state VARCHAR, opened_at TIMESTAMP, first_captured_at TIMESTAMP,
  first_response_floor INTEGER, first_response_at TIMESTAMP, answer_floor INTEGER, answer_at TIMESTAMP,
  round_count INTEGER, round_at TIMESTAMP,
  past_rounds STRUCT(
    started_at TIMESTAMP, ended_at TIMESTAMP, first_response_at TIMESTAMP, answer_at TIMESTAMP
  )[],
  ended_at TIMESTAMP, transferred_at TIMESTAMP, transfer_count BIGINT,
  extensions STRUCT("days" INTEGER, "at" TIMESTAMP, why VARCHAR)[],
  pauses STRUCT(kind VARCHAR, "at" TIMESTAMP)[],
  sent_back_at TIMESTAMP, handed_at TIMESTAMP, seen VARCHAR, decided_at TIMESTAMP,
  site VARCHAR, forum VARCHAR
);
