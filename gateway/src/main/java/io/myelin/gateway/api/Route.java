package io.myelin.gateway.api;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.myelin.gateway.http.ApiError;

/**
 * One operation of the native API.
 *
 * @param path Armeria's pattern, which is OpenAPI's too: {@code /api/v1/tasks/{id}}
 * @param operation its operationId in {@code openapi.json}
 * @param maxBodyBytes most bytes of a JSON body it takes; 0 when it takes none
 */
record Route(HttpMethod method, String path, String operation, int maxBodyBytes, Handler handler) {

  /** Answers one request; runs where it may wait for a disk. */
  @FunctionalInterface
  interface Handler {
    /** The response; what is wrong with the request is thrown. */
    HttpResponse handle(Call call) throws ApiError;
  }
}
