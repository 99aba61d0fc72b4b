package io.myelin.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  @Test
  void framesComeOutWholeHoweverTheBytesAreCut() throws IOException {
    Random random = new Random(11);
    List<byte[]> sent = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      byte[] frame = new byte[random.nextInt(i % 20 == 0 ? 40_000 : 60)];
      random.nextBytes(frame);
      sent.add(frame);
      stream.writeBytes(ByteBuffer.allocate(4).putInt(frame.length).array());
      stream.writeBytes(frame);
    }
    byte[] bytes = stream.toByteArray();
    FrameDecoder decoder = new FrameDecoder(1 << 20);
    List<byte[]> received = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(3000));
      decoder.accept(
          ByteBuffer.wrap(bytes, at, length),
          frame -> {
            byte[] copy = new byte[frame.remaining()];
            frame.get(copy);
            received.add(copy);
          });
      at += length;
    }
    assertThat(decoder.atBoundary()).isTrue();
    assertThat(received).usingElementComparator(java.util.Arrays::compare).isEqualTo(sent);
  }

  @Test
  void aLengthOverTheBoundIsRefused() {
    FrameDecoder decoder = new FrameDecoder(1000);
    assertThatThrownBy(
            () -> decoder.accept(ByteBuffer.allocate(4).putInt(1001).flip(), frame -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1001");
    assertThatThrownBy(
            () ->
                new FrameDecoder(1000)
                    .accept(ByteBuffer.allocate(4).putInt(-1).flip(), frame -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("4294967295");
  }

  @Test
  void halfAFrameIsNoBoundary() throws IOException {
    FrameDecoder decoder = new FrameDecoder(1000);
    decoder.accept(ByteBuffer.allocate(5).putInt(3).put((byte) 1).flip(), frame -> {});
    assertThat(decoder.atBoundary()).isFalse();
  }
}
