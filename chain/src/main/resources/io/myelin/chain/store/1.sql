-- One row for each key on each chain; the genesis block tells two chains with one id apart.
CREATE TABLE sender (
  id INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  genesis BLOB NOT NULL,
  account BLOB NOT NULL,
  UNIQUE (chain, genesis, account)
) STRICT;

CREATE TABLE intent (
  n INTEGER PRIMARY KEY,
  sender INTEGER NOT NULL REFERENCES sender (id),
  id TEXT NOT NULL,
  target BLOB,
  data BLOB NOT NULL,
  value_wei TEXT NOT NULL,
  accepted_at_millis INTEGER NOT NULL,
  outcome TEXT,
  UNIQUE (sender, id)
) STRICT;

CREATE INDEX intent_open ON intent (sender, n) WHERE outcome IS NULL;

-- A nonce belongs to one intent for ever, and an intent has one nonce: this is what pays once.
CREATE TABLE nonce (
  sender INTEGER NOT NULL REFERENCES sender (id),
  nonce INTEGER NOT NULL,
  intent INTEGER NOT NULL UNIQUE REFERENCES intent (n),
  PRIMARY KEY (sender, nonce)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
  n INTEGER PRIMARY KEY,
  intent INTEGER NOT NULL REFERENCES intent (n),
  nonce INTEGER NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  raw BLOB NOT NULL,
  max_fee_wei TEXT NOT NULL,
  tip_wei TEXT NOT NULL,
  gas_limit INTEGER NOT NULL,
  signed_at_millis INTEGER NOT NULL
) STRICT;

CREATE INDEX attempt_intent ON attempt (intent);

CREATE TABLE event_cursor (
  name TEXT PRIMARY KEY,
  first_block INTEGER NOT NULL,
  next_block INTEGER NOT NULL,
  recent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
