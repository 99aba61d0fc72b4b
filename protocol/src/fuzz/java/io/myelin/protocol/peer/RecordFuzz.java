package io.myelin.protocol.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.myelin.protocol.peer.store.TopicMessage;

/**
 * Whatever a stranger sends, it is a record or message in its only form, or refused with a reason.
 */
final class RecordFuzz {

  @FuzzTest(maxDuration = "5s")
  void readsOrRefuses(byte[] bytes) {
    try {
      PeerRecord record = RecordCodec.decode(bytes);
      assertThat(RecordCodec.bytes(record)).isEqualTo(bytes);
    } catch (RecordFormatException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
    try {
      TopicMessage message = TopicMessage.decode(bytes);
      assertThat(TopicMessage.encode(message)).isEqualTo(bytes);
    } catch (RecordFormatException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
