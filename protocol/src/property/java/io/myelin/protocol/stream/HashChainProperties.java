package io.myelin.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class HashChainProperties {
  private static final TaskId TASK = TaskId.of(new byte[32]);

  record Chunk(List<Integer> tokens, List<Byte> text) {
    void appendTo(HashChain chain) {
      byte[] bytes = new byte[text.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = text.get(i);
      }
      chain.append(tokens.stream().mapToInt(Integer::intValue).toArray(), bytes);
    }

    boolean empty() {
      return tokens.isEmpty() && text.isEmpty();
    }
  }

  @Provide
  Arbitrary<List<Chunk>> streams() {
    return Combinators.combine(
            Arbitraries.integers().list().ofMaxSize(3), Arbitraries.bytes().list().ofMaxSize(8))
        .as(Chunk::new)
        .list()
        .ofMaxSize(12);
  }

  private static HashChain over(List<Chunk> chunks) {
    HashChain chain = HashChain.start(TASK);
    chunks.forEach(chunk -> chunk.appendTo(chain));
    return chain;
  }

  @Property
  void goesOnFromAnyPrefix(@ForAll("streams") List<Chunk> stream) {
    for (int cut = 0; cut <= stream.size(); cut++) {
      HashChain resumed = HashChain.resume(over(stream.subList(0, cut)).head());
      stream.subList(cut, stream.size()).forEach(chunk -> chunk.appendTo(resumed));
      assertThat(resumed.head()).isEqualTo(over(stream).head());
    }
  }

  @Property
  void twoStreamsHaveOneHeadOnlyWhenTheyAreTheSame(
      @ForAll("streams") List<Chunk> one, @ForAll("streams") List<Chunk> two) {
    List<Chunk> oneFull = one.stream().filter(chunk -> !chunk.empty()).toList();
    List<Chunk> twoFull = two.stream().filter(chunk -> !chunk.empty()).toList();

    assertThat(over(one).head().equals(over(two).head())).isEqualTo(oneFull.equals(twoFull));
  }

  @Property
  void everyChunkMovesTheHeadToAPlaceItNeverWas(@ForAll("streams") List<Chunk> stream) {
    List<Chunk> full = stream.stream().filter(chunk -> !chunk.empty()).toList();
    List<Digest> heads =
        IntStream.rangeClosed(0, full.size())
            .mapToObj(cut -> over(full.subList(0, cut)).head())
            .toList();

    assertThat(heads).doesNotHaveDuplicates();
  }
}
