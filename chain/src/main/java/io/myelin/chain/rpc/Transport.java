package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;

/** One endpoint's wire: a question, and its answer within a time. Safe for many threads. */
interface Transport extends AutoCloseable {
  /**
   * Asks.
   *
   * @return the {@code result}, a null node when the endpoint has none
   * @throws FaultException when no well-formed answer came in time
   * @throws RefusalException when the endpoint answered with an error
   */
  JsonNode call(String method, ArrayNode parameters, Duration timeout)
      throws FaultException, RefusalException;

  @Override
  void close();
}
