package io.myelin.protocol.session;

/** What is known of the escrowed budget. */
public enum Escrow {
  /** Never asked for, or surely not taken. */
  NONE,
  /** Asked for; it may or may not have been taken. */
  ASKED,
  /** Taken. */
  TAKEN
}
