package io.myelin.gateway.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads a JSON body up to a limit; what is larger is refused without being kept. */
public final class BodyReader {
  private BodyReader() {}

  /** Fails with an {@link ApiError} (413) beyond {@code maxBytes}. */
  public static CompletableFuture<byte[]> read(
      HttpRequest request, int maxBytes, EventExecutor executor) {
    CompletableFuture<byte[]> whole = new CompletableFuture<>();
    request.subscribe(new Collecting(maxBytes, request.headers(), whole), executor);
    return whole;
  }

  /** Refuses what is not plain JSON in UTF-8 before anything is read. */
  public static void checkHeaders(RequestHeaders headers, int maxBytes) throws ApiError {
    String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw ApiError.refused(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "unsupported_content_encoding",
          "Content-Encoding: " + encoding + " (expected: none; send the body uncompressed).");
    }
    checkType(headers.get(HttpHeaderNames.CONTENT_TYPE));
    if (headers.contentLength() > maxBytes) {
      throw tooLarge(maxBytes);
    }
  }

  private static void checkType(@Nullable String contentType) throws ApiError {
    if (!isJson(contentType)) {
      throw ApiError.refused(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "unsupported_content_type",
          "Content-Type: "
              + (contentType == null ? "none" : StrictJson.shortened(contentType))
              + " (expected: application/json, in UTF-8).");
    }
  }

  private static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    try {
      MediaType type = MediaType.parse(contentType);
      return type.belongsTo(MediaType.JSON)
          && StandardCharsets.UTF_8.equals(type.charset(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static ApiError tooLarge(int maxBytes) {
    return ApiError.refused(
        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
        "request_too_large",
        "The request body is larger than " + maxBytes + " bytes; send less.");
  }

  private static final class Collecting implements Subscriber<HttpObject> {
    private final int maxBytes;
    private final CompletableFuture<byte[]> whole;
    private final ByteArrayOutputStream bytes;
    private @Nullable Subscription subscription;

    Collecting(int maxBytes, RequestHeaders headers, CompletableFuture<byte[]> whole) {
      this.maxBytes = maxBytes;
      this.whole = whole;
      // The announced length is a hint by a stranger: believed for small bodies only.
      this.bytes = new ByteArrayOutputStream(Math.clamp(headers.contentLength(), 256, 65536));
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      this.subscription = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject object) {
      if (!(object instanceof HttpData data)) {
        return;
      }
      if (bytes.size() + (long) data.length() > maxBytes) {
        whole.completeExceptionally(tooLarge(maxBytes));
        if (subscription != null) {
          subscription.cancel();
        }
        return;
      }
      bytes.writeBytes(data.array());
    }

    @Override
    public void onError(Throwable cause) {
      whole.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
      whole.complete(bytes.toByteArray());
    }
  }
}
