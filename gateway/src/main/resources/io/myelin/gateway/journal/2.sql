-- What a node has earned in a session by its receipts: what its vouchers say.
CREATE TABLE earned (
  session BLOB NOT NULL,
  node BLOB NOT NULL,
  tasks INTEGER NOT NULL,
  amount_wei TEXT NOT NULL,
  PRIMARY KEY (session, node)
) WITHOUT ROWID;

CREATE INDEX earned_node ON earned (node);

-- Batches of settlements, each as the committee is asked about it: the content of a number never changes.
CREATE TABLE batch (
  number INTEGER PRIMARY KEY,
  content BLOB NOT NULL
);

-- Sessions whose settlement is on chain and whose challenge window runs; gone once their money is credited.
CREATE TABLE settled (
  session BLOB PRIMARY KEY,
  due_at_seconds INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX settled_due ON settled (due_at_seconds);
