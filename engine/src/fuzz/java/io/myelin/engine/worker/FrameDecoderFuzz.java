package io.myelin.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.v1.WorkerCommand;
import io.myelin.v1.WorkerReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

class FrameDecoderFuzz {

  @FuzzTest(maxDuration = "5s")
  void cutsDoNotMatter(byte[] stream) {
    List<String> whole = frames(stream, Math.max(1, stream.length));
    for (int step : new int[] {1, 2, 3, 7}) {
      assertThat(frames(stream, step)).isEqualTo(whole);
    }
  }

  private static List<String> frames(byte[] stream, int step) {
    FrameDecoder decoder = new FrameDecoder(4096);
    List<String> frames = new ArrayList<>();
    try {
      for (int at = 0; at < stream.length; at += step) {
        ByteBuffer part = ByteBuffer.wrap(stream, at, Math.min(step, stream.length - at));
        decoder.accept(part, frame -> frames.add(read(frame)));
      }
      frames.add("boundary " + decoder.atBoundary());
    } catch (IOException e) {
      frames.add(String.valueOf(e.getMessage()));
    }
    return frames;
  }

  // Both sides' messages: read or refused, never anything else.
  private static String read(ByteBuffer frame) {
    String text = frame.remaining() + " bytes";
    try {
      text += " command " + WorkerCommand.parseFrom(frame.duplicate()).getKindCase();
    } catch (InvalidProtocolBufferException e) {
      text += " no command";
    }
    try {
      text += " reply " + WorkerReply.parseFrom(frame.duplicate()).getKindCase();
    } catch (InvalidProtocolBufferException e) {
      text += " no reply";
    }
    return text;
  }
}
