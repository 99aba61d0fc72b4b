package io.myelin.gateway.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import java.util.Locale;
import java.util.Optional;

/** Finds the session of a call by its bearer key, or ends the call. */
final class BearerInterceptor implements ServerInterceptor {
  static final Context.Key<SessionView> SESSION = Context.key("myelin-session");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "bearer ";

  private final SessionDirectory sessions;

  BearerInterceptor(SessionDirectory sessions) {
    this.sessions = sessions;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<SessionView> session =
        Optional.ofNullable(headers.get(AUTHORIZATION))
            .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(SCHEME))
            .map(value -> value.substring(SCHEME.length()).strip())
            .filter(key -> !key.isEmpty() && key.length() <= 256)
            .flatMap(sessions::byApiKey);
    if (session.isEmpty()) {
      call.close(
          Status.UNAUTHENTICATED.withDescription(
              "no session has this key (expected: metadata \"authorization: Bearer <session key>\","
                  + " as it was shown when the session was opened)"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(SESSION, session.get()), call, headers, next);
  }
}
