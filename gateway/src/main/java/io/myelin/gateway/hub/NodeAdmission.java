package io.myelin.gateway.hub;

import io.myelin.protocol.ids.Address;
import io.myelin.v1.Hello;

/** Who may serve at this gateway. Asked once per connection, after the node proved its key. */
public interface NodeAdmission {

  /** Judges a node; must not block. */
  Verdict admit(Address operator, Hello hello);

  /** The answer. */
  sealed interface Verdict {
    /** It may serve. */
    record Admitted() implements Verdict {}

    /**
     * It may not.
     *
     * @param code stable, for programs
     * @param message for the operator: what is missing and what to do
     * @param retry whether trying again later can help
     */
    record Refused(String code, String message, boolean retry) implements Verdict {}
  }
}
