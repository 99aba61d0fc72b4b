package io.myelin.gateway.openai;

import io.myelin.gateway.http.JsonBytes;
import io.netty.buffer.ByteBuf;

/**
 * What every object of one answer begins with.
 *
 * @param id e.g. {@code chatcmpl-…}
 * @param createdAtSeconds Unix time
 * @param fingerprint changes when the gateway's software or the model does
 * @param showServiceTier whether the client named a tier
 */
record AnswerHead(
    String id, long createdAtSeconds, String model, String fingerprint, boolean showServiceTier) {

  /** <code>{"id":…,"object":…,…,</code>: the next member may follow at once. */
  void write(ByteBuf out, String object) {
    JsonBytes.raw(out, "{\"id\":");
    JsonBytes.string(out, id);
    JsonBytes.raw(out, ",\"object\":");
    JsonBytes.string(out, object);
    JsonBytes.raw(out, ",\"created\":");
    JsonBytes.number(out, createdAtSeconds);
    JsonBytes.raw(out, ",\"model\":");
    JsonBytes.string(out, model);
    if (showServiceTier) {
      JsonBytes.raw(out, ",\"service_tier\":\"default\"");
    }
    JsonBytes.raw(out, ",\"system_fingerprint\":");
    JsonBytes.string(out, fingerprint);
    out.writeByte(',');
  }
}
