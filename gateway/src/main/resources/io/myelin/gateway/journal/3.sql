-- What nodes did, with their evidence and the gateway's own offers: shown to validators that ask. Gone once the session's
-- money is credited.
CREATE TABLE work_record (
  task BLOB NOT NULL,
  node BLOB NOT NULL,
  session BLOB NOT NULL,
  record BLOB NOT NULL
);

CREATE UNIQUE INDEX work_record_node ON work_record (task, node);

CREATE INDEX work_record_session ON work_record (session);

-- Tasks whose work is proven false: their receipts are not settled, so that nobody is paid and nobody pays for them.
CREATE TABLE work_void (
  task BLOB PRIMARY KEY,
  reason TEXT NOT NULL
) WITHOUT ROWID;
