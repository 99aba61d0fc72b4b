package io.myelin.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.v1.GeneratedChunk;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HashChainTest {
  private static final TaskId TASK = TaskId.of(new byte[32]);
  private static final byte[] HI = "hé".getBytes(StandardCharsets.UTF_8);

  @Test
  void startsFromTheTask() {
    assertThat(HashChain.start(TASK).head())
        .isEqualTo(
            Sha256.hash("myelin/stream/1".getBytes(StandardCharsets.US_ASCII), new byte[32]));
  }

  @Test
  void hashesCountsTokensAndText() {
    Digest head = HashChain.next(HashChain.genesis(TASK), new int[] {7, -1}, HI);

    byte[] chunk = HexFormat.of().parseHex("00000002" + "00000007ffffffff" + "00000003" + "68c3a9");
    assertThat(head).isEqualTo(Sha256.hash(HashChain.genesis(TASK).bytes(), chunk));
  }

  @Test
  void takesChunksOfTheWireAlike() {
    HashChain arrays = HashChain.start(TASK);
    arrays.append(new int[] {7, -1}, HI);
    arrays.append(new int[] {8}, new byte[0]);
    GeneratedChunk first =
        GeneratedChunk.newBuilder()
            .setSeq(9)
            .addTokens(7)
            .addTokens(-1)
            .setText(ByteString.copyFrom(HI))
            .build();
    GeneratedChunk second = GeneratedChunk.newBuilder().addTokens(8).build();

    assertThat(HashChain.over(TASK, List.of(first, second))).isEqualTo(arrays.head());
    assertThat(arrays.headEquals(arrays.head().bytes())).isTrue();
    assertThat(arrays.headEquals(HashChain.genesis(TASK).bytes())).isFalse();
  }

  @Test
  void isNotMovedByAnEmptyChunk() {
    HashChain chain = HashChain.start(TASK);
    chain.append(new int[0], new byte[0]);
    chain.append(GeneratedChunk.newBuilder().setSeq(3).build());

    assertThat(chain.head()).isEqualTo(HashChain.genesis(TASK));
  }

  @Test
  void takesChunksBeyondItsScratchSpace() {
    byte[] text = new byte[100_000];
    int[] tokens = new int[10_000];
    HashChain chain = HashChain.start(TASK);
    chain.append(new int[] {1}, HI);
    chain.append(tokens, text);
    chain.append(new int[] {2}, HI);

    Digest stepwise = HashChain.next(HashChain.genesis(TASK), new int[] {1}, HI);
    stepwise = HashChain.next(stepwise, tokens, text);
    assertThat(chain.head()).isEqualTo(HashChain.next(stepwise, new int[] {2}, HI));
  }
}
