package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** One call to one endpoint, without failover and without a meaning: for development chains. */
public final class RawRpc implements AutoCloseable {
  private final Transport transport;
  private final Duration timeout;

  /** Nothing is connected until the first call. */
  public RawRpc(URI uri, Duration timeout) {
    this.transport = Endpoint.transport(uri, timeout);
    this.timeout = timeout;
  }

  /**
   * The chain's EIP-155 number.
   *
   * @throws CallFailedException when nobody answers
   * @throws NumberFormatException when the answer is no number
   */
  public long chainId() {
    return Long.parseLong(call("eth_chainId").replace("\"", "").replaceFirst("^0x", ""), 16);
  }

  /**
   * Calls.
   *
   * @param parameters texts, booleans, whole numbers, lists of these, and maps of texts
   * @return the result as JSON text
   * @throws CallFailedException when there is none
   */
  public String call(String method, Object... parameters) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Object parameter : parameters) {
      add(array, parameter);
    }
    try {
      return transport.call(method, array, timeout).toString();
    } catch (FaultException | RefusalException e) {
      throw new CallFailedException(method + ": " + e.getMessage(), e);
    }
  }

  private static void add(ArrayNode array, Object value) {
    switch (value) {
      case Boolean flag -> array.add(flag.booleanValue());
      case Integer number -> array.add(number.intValue());
      case Long number -> array.add(number.longValue());
      case java.util.Map<?, ?> map -> {
        var object = array.addObject();
        map.forEach((key, one) -> object.put(key.toString(), one.toString()));
      }
      case List<?> list -> {
        ArrayNode inner = array.addArray();
        for (Object one : list) {
          add(inner, one);
        }
      }
      default -> array.add(value.toString());
    }
  }

  @Override
  public void close() {
    transport.close();
  }

  /** The endpoint refused or did not answer. */
  public static final class CallFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CallFailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
