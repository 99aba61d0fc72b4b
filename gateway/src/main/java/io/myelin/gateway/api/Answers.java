package io.myelin.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;

/** Whole responses of the native API. */
final class Answers {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Answers() {}

  static byte[] bytes(JsonNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written: " + e, e);
    }
  }

  static HttpResponse ok(JsonNode json) {
    return of(headers(HttpStatus.OK).build(), bytes(json));
  }

  static HttpResponse of(ResponseHeaders headers, byte[] json) {
    return HttpResponse.of(headers, HttpData.wrap(json));
  }

  /** JSON that must not be cached: what it tells changes, and some of it is secret. */
  static ResponseHeadersBuilder headers(HttpStatus status) {
    return ResponseHeaders.builder(status)
        .contentType(MediaType.JSON_UTF_8)
        .set("cache-control", "no-store");
  }
}
