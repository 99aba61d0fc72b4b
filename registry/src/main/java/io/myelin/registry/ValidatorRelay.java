package io.myelin.registry;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.myelin.discovery.PeerNetwork;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.PeerRole;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hands calls of the service {@code myelin.v1.Validator} on to a validator, for those who reach
 * this node and no validator. The path below {@link #PATH} is the validator's operator, then the
 * call's: {@code /validators/0x5f…/myelin.v1.Validator/Approve}. Nothing is read or changed: what
 * counts is signed by who asks and who answers, so this node needs no trust. Bounded in calls,
 * bytes and time.
 */
final class ValidatorRelay implements HttpService, AutoCloseable {
  /** What the paths of its calls begin with. */
  static final String PATH = "/validators/";

  private static final Pattern CALL =
      Pattern.compile("/?(0x[0-9a-fA-F]{40})(/myelin\\.v1\\.Validator/[A-Za-z]{1,40})");
  private static final int MAX_CALLS = 256;
  private static final int MAX_CALLS_PER_CALLER = 32;
  private static final long MAX_REQUEST_BYTES = 64L << 20;
  private static final long MAX_REPLY_BYTES = 4L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private final PeerNetwork peers;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<InetAddress, Integer> callers = new ConcurrentHashMap<>();
  private final ClientFactory factory =
      ClientFactory.builder()
          .workerGroup(1)
          .connectTimeout(CONNECT)
          .pingInterval(Duration.ofSeconds(10))
          .build();

  /**
   * To the validators of a network.
   *
   * @param peers who knows which are staked and alive, and where
   */
  ValidatorRelay(PeerNetwork peers) {
    this.peers = peers;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    Matcher call = CALL.matcher(context.mappedPath());
    if (!call.matches()) {
      return refused(
          Status.UNIMPLEMENTED,
          Reasons.MALFORMED + ": the path is /validators/0x<operator>/myelin.v1.Validator/<call>");
    }
    Address operator = Address.parse(call.group(1));
    Optional<URI> where =
        peers.peers(PeerRole.VALIDATOR, Optional.empty()).stream()
            .filter(peer -> peer.operator().equals(operator))
            .findFirst()
            .flatMap(peer -> peer.service());
    if (where.isEmpty()) {
      return refused(
          Status.NOT_FOUND,
          "UNKNOWN_VALIDATOR: " + operator + " is not a staked validator that answers now");
    }
    InetAddress caller = context.remoteAddress().getAddress();
    int own = callers.merge(caller, 1, Integer::sum);
    if (calls.incrementAndGet() > MAX_CALLS || own > MAX_CALLS_PER_CALLER) {
      left(caller);
      return refused(Status.RESOURCE_EXHAUSTED, Reasons.BUSY + ": ask again, or another node");
    }
    context.setRequestTimeout(PATIENCE);
    context.setMaxRequestLength(MAX_REQUEST_BYTES);
    URI url = where.get();
    HttpResponse answer =
        WebClient.builder(url)
            .factory(factory)
            .responseTimeout(PATIENCE)
            .maxResponseLength(MAX_REPLY_BYTES)
            .build()
            .execute(
                request.withHeaders(
                    request.headers().toBuilder()
                        .path(call.group(2))
                        .scheme(url.getScheme())
                        .authority(url.getAuthority())
                        .build()));
    var _ =
        answer
            .whenComplete()
            .handle(
                (_, _) -> {
                  left(caller);
                  return null;
                });
    return answer;
  }

  private void left(InetAddress caller) {
    calls.decrementAndGet();
    var _ = callers.computeIfPresent(caller, (_, open) -> open > 1 ? open - 1 : null);
  }

  private static HttpResponse refused(Status status, String why) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .add(HttpHeaderNames.CONTENT_TYPE, "application/grpc+proto")
            .addInt("grpc-status", status.getCode().value())
            .add("grpc-message", why.replace("%", "%25"))
            .endOfStream(true)
            .build());
  }

  @Override
  public void close() {
    // Its threads take two quiet seconds to end; nothing needs to wait for them.
    var _ = factory.closeAsync();
  }
}
