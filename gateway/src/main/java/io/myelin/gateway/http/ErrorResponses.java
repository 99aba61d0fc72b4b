package io.myelin.gateway.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Errors as OpenAI's clients read them. */
public final class ErrorResponses {
  private ErrorResponses() {}

  /** The whole response. */
  public static HttpResponse response(ApiError error) {
    return HttpResponse.of(headers(error), HttpData.wrap(body(error)));
  }

  /** Status and headers, among them {@code Retry-After} where a retry helps. */
  public static ResponseHeaders headers(ApiError error) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(error.status()).contentType(MediaType.JSON_UTF_8);
    if (error.retryAfterSeconds() > 0) {
      headers.setInt(HttpHeaderNames.RETRY_AFTER, error.retryAfterSeconds());
    } else if (error.status().equals(HttpStatus.TOO_MANY_REQUESTS)
        || error.status().isServerError()) {
      // OpenAI's clients repeat 429 and 5xx by themselves unless told that it does not help.
      headers.set("x-should-retry", "false");
    }
    if (error.status().equals(HttpStatus.UNAUTHORIZED)) {
      headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    if (error.status().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    }
    return headers.build();
  }

  /** {@code {"error":{…}}}. */
  public static byte[] body(ApiError error) {
    ByteBuf out = Unpooled.buffer(256);
    write(out, error);
    return ByteBufUtil.getBytes(out);
  }

  /**
   * The last event of a stream that failed. Both the event's name and the {@code error} member are
   * there: clients look at one or the other.
   */
  public static void event(ByteBuf out, ApiError error) {
    JsonBytes.raw(out, "event: error\ndata: ");
    write(out, error);
    JsonBytes.raw(out, "\n\n");
  }

  private static void write(ByteBuf out, ApiError error) {
    JsonBytes.raw(out, "{\"error\":{\"message\":");
    JsonBytes.string(out, error.text());
    JsonBytes.raw(out, ",\"type\":");
    JsonBytes.string(out, error.type());
    JsonBytes.raw(out, ",\"param\":");
    JsonBytes.stringOrNull(out, error.param());
    JsonBytes.raw(out, ",\"code\":");
    JsonBytes.stringOrNull(out, error.code());
    JsonBytes.raw(out, "}}");
  }
}
