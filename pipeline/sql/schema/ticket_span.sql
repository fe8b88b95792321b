-- The tickets of each thread as they stood from since_at on until before until_at (that of what stands so still: the
-- end of time), as of the build: ticket_row_at at any moment of the span. candidates: units, one a line.
-- Of a thread on which hundreds of official floors were said, the first and the last are told apart; between them it
-- stands as it did at the last of the first, or at a cut or a decision since.
-- key: a number for the ticket's id, since a hundred thousand names take long to read; that of all its spans. Of what is
-- filled in at once, those that stand so still come first, by time of opening, so that those of a season lie together.
-- class: which row of ticket_class tells kind, urgency, unit, state, forum.
-- is_plain: nothing was extended, paused, reopened, sent back, and the times of the floors that count were read: both
-- clocks run from opened_at, as the rules say.
CREATE TABLE IF NOT EXISTS ticket_span (
  thread_id VARCHAR NOT NULL, number INTEGER NOT NULL, "key" UBIGINT NOT NULL,
  since_at TIMESTAMP NOT NULL, until_at TIMESTAMP NOT NULL, is_plain BOOLEAN NOT NULL,
  kind VARCHAR, urgency VARCHAR, unit VARCHAR, candidates VARCHAR, is_unit_decided BOOLEAN, is_shared_thread BOOLEAN,
  state VARCHAR, opened_at TIMESTAMP, first_captured_at TIMESTAMP,
  first_response_floor INTEGER, first_response_at TIMESTAMP, answer_floor INTEGER, answer_at TIMESTAMP,
  round_count INTEGER, round_at TIMESTAMP,
  past_rounds STRUCT(
    started_at TIMESTAMP, ended_at TIMESTAMP, first_response_at TIMESTAMP, answer_at TIMESTAMP,
    closed_at TIMESTAMP
  )[],
  ended_at TIMESTAMP, passed_at TIMESTAMP[], transfer_count BIGINT,
  extensions STRUCT("days" INTEGER, "at" TIMESTAMP, why VARCHAR)[],
  pauses STRUCT(kind VARCHAR, "at" TIMESTAMP)[],
  sent_back_at TIMESTAMP, handed_at TIMESTAMP, seen VARCHAR, decided_at TIMESTAMP,
  site VARCHAR, forum VARCHAR, board VARCHAR, title VARCHAR, url VARCHAR, sha256 VARCHAR,
  undated_floors INTEGER[], class UINTEGER
);
