package io.myelin.gateway.ws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.session.SessionView;
import org.jspecify.annotations.Nullable;

/** Frames that the gateway sends. */
final class WsFrames {
  private WsFrames() {}

  static ObjectNode of(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  static ObjectNode welcome(SessionView session, WsSettings settings) {
    return of("welcome")
        .put("session", session.id())
        .put("maxOutstanding", settings.maxOutstanding())
        .put("maxFrameBytes", settings.maxFrameBytes());
  }

  /** One message could not be handled. */
  static ObjectNode error(ApiError error, @Nullable String reference) {
    ObjectNode json = of("error");
    if (reference != null) {
      json.put("reference", reference);
    }
    ObjectNode body = json.putObject("error");
    body.put("message", error.text()).put("type", error.type());
    body.put("param", error.param()).put("code", error.code());
    if (error.retryAfterSeconds() > 0) {
      body.put("retryAfterSeconds", error.retryAfterSeconds());
    }
    return json;
  }
}
