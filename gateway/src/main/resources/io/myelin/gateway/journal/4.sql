-- Receipts made again so that nodes whose work is proven false are not paid: the last, which pays the fewest, is settled in the
-- first one's place.
CREATE TABLE receipt_again (
  task BLOB NOT NULL,
  nodes INTEGER NOT NULL,
  digest BLOB NOT NULL,
  json BLOB NOT NULL,
  PRIMARY KEY (task, nodes)
) WITHOUT ROWID;

-- What the nodes of a redundant task say of each other: an alarm, never a reason to withhold pay.
CREATE TABLE comparison (
  task BLOB PRIMARY KEY,
  at_millis INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  alarm INTEGER NOT NULL,
  distance REAL
) WITHOUT ROWID;

-- Each node that was compared, and by which rule it stands apart.
CREATE TABLE comparison_node (
  task BLOB NOT NULL,
  node BLOB NOT NULL,
  apart TEXT,
  PRIMARY KEY (task, node)
) WITHOUT ROWID;
