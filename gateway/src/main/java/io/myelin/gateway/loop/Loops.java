package io.myelin.gateway.loop;

/** A set of loops to spread work over. */
public interface Loops {

  /** The loop the caller is in, or else one after the other in turn. */
  Loop next();
}
