-- Ids are raw bytes (32). Amounts of money are decimal text, because wei outgrow 64 bits.
CREATE TABLE task (
  id BLOB PRIMARY KEY,
  session BLOB NOT NULL,
  live INTEGER NOT NULL,
  model TEXT NOT NULL,
  client_reference TEXT NOT NULL,
  created_at_millis INTEGER NOT NULL,
  timeout_millis INTEGER NOT NULL,
  generation BLOB,
  embedding BLOB,
  terms TEXT NOT NULL,
  price_input_wei TEXT NOT NULL,
  price_output_wei TEXT NOT NULL,
  hold_wei TEXT NOT NULL,
  weights BLOB,
  state TEXT NOT NULL,
  ended_at_millis INTEGER NOT NULL DEFAULT 0,
  failure_code TEXT,
  failure_message TEXT,
  client_fault INTEGER NOT NULL DEFAULT 0,
  delivered_tokens INTEGER NOT NULL DEFAULT 0,
  result BLOB,
  vectors BLOB
) WITHOUT ROWID;

CREATE INDEX task_unfinished ON task (created_at_millis) WHERE ended_at_millis = 0;

-- The task machine's events, in order: replayed through the machine they give its state.
CREATE TABLE task_event (
  task BLOB NOT NULL,
  n INTEGER NOT NULL,
  at_millis INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (task, n)
) WITHOUT ROWID;

-- What was delivered of durable tasks.
CREATE TABLE task_chunk (
  task BLOB NOT NULL,
  seq INTEGER NOT NULL,
  chunk BLOB NOT NULL,
  PRIMARY KEY (task, seq)
) WITHOUT ROWID;

CREATE TABLE receipt (
  task BLOB PRIMARY KEY,
  session BLOB NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  json BLOB NOT NULL,
  at_millis INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX receipt_session ON receipt (session, at_millis);

-- One row per task that cost its session something: the primary key is what makes "once" true.
CREATE TABLE counted (
  task BLOB PRIMARY KEY,
  session BLOB NOT NULL,
  price_wei TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  at_millis INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session_total (
  session BLOB PRIMARY KEY,
  spent_wei TEXT NOT NULL,
  tasks INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
  id BLOB PRIMARY KEY,
  key_hash BLOB NOT NULL UNIQUE,
  terms BLOB NOT NULL,
  created_at_millis INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session_event (
  session BLOB NOT NULL,
  n INTEGER NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (session, n)
) WITHOUT ROWID;
