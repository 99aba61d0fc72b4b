package io.myelin.gateway.openai;

import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * How one answer is written. Each choice is written by one thread at a time; different choices may
 * be written at the same time, into different buffers.
 */
interface AnswerFormat {
  /** The events a choice begins with. */
  void open(ByteBuf out, int choice);

  /** The events of a chunk, none when there is nothing to say yet. */
  void chunk(ByteBuf out, int choice, GeneratedChunk chunk);

  /** The events a choice ends with. */
  void close(ByteBuf out, int choice, GenerationResult result);

  /** The event with the usage of all choices. */
  void usage(ByteBuf out, Usage usage);

  /** The whole answer as one object. */
  void whole(
      ByteBuf out, List<List<GeneratedChunk>> chunks, List<GenerationResult> results, Usage usage);

  /** OpenAI's word for why it ended. */
  static String finishReason(FinishReason reason, boolean called) {
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "length";
      case FINISH_REASON_TOOL_CALLS -> "tool_calls";
      // A cancelled task does not complete; were one to, its text would be cut as by a limit.
      case FINISH_REASON_CANCELLED -> "length";
      case FINISH_REASON_STOP, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          called ? "tool_calls" : "stop";
    };
  }
}
