package io.myelin.cli.chaos;

/** What is about to happen when somebody is killed. */
enum Moment {
  /** A session is being opened. */
  OPEN,
  /** A session was closed and will be settled. */
  SETTLE
}
