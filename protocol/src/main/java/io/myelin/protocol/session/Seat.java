package io.myelin.protocol.session;

/** How far the reservation of one node is. */
public enum Seat {
  /** Chosen; not asked for yet. */
  CHOSEN,
  /** A slot was asked for. */
  RESERVING,
  /** A slot is taken. */
  RESERVED,
  /** The slot is being given back. */
  RELEASING
}
