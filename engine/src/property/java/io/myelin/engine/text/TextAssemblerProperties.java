package io.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.text.TextAssembler.Released;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever the split into tokens: same text, no stop string, no cut character. */
class TextAssemblerProperties {

  private record Run(List<Released> released, List<Integer> lastTokens, boolean stopped) {
    String text() {
      StringBuilder text = new StringBuilder();
      released.forEach(part -> text.append(part.text().toStringUtf8()));
      return text.toString();
    }
  }

  private static Run run(List<byte[]> pieces, List<String> stops) {
    TextAssembler assembler = new TextAssembler(stops);
    List<Released> released = new ArrayList<>();
    List<Integer> lastTokens = new ArrayList<>();
    for (int i = 0; i < pieces.size() && !assembler.stopped(); i++) {
      Released part = assembler.push(pieces.get(i));
      if (part.tokens() > 0) {
        released.add(part);
        lastTokens.add(i - assembler.heldTokens());
      }
    }
    if (!assembler.stopped()) {
      released.add(assembler.finish());
    }
    return new Run(released, lastTokens, assembler.stopped());
  }

  /** The same decided over the whole text at once. */
  private static String expected(byte[] all, List<String> stops) {
    for (int end = 1; end <= all.length; end++) {
      int longest = 0;
      for (String stop : stops) {
        byte[] bytes = stop.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= end
            && Arrays.equals(all, end - bytes.length, end, bytes, 0, bytes.length)) {
          longest = Math.max(longest, bytes.length);
        }
      }
      if (longest > 0) {
        return new String(all, 0, end - longest, StandardCharsets.UTF_8);
      }
    }
    return new String(Utf8.repair(all, 0, all.length, true), StandardCharsets.UTF_8);
  }

  private static byte[] join(List<byte[]> pieces) {
    int length = pieces.stream().mapToInt(piece -> piece.length).sum();
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    return all;
  }

  @Property(tries = 2000)
  void shouldNotDependOnTheSplit(
      @ForAll("pieces") List<byte[]> pieces, @ForAll("stops") @Size(max = 3) List<String> stops) {
    Run run = run(pieces, stops);
    assertThat(run.text()).isEqualTo(expected(join(pieces), stops));
    stops.forEach(stop -> assertThat(run.text()).doesNotContain(stop));
  }

  @Property(tries = 1000)
  void shouldReleaseEveryTokenOnceAndValidTextOnly(
      @ForAll("noise") List<byte[]> pieces, @ForAll("stops") @Size(max = 3) List<String> stops) {
    Run run = run(pieces, stops);
    int tokens = run.released().stream().mapToInt(Released::tokens).sum();
    if (run.stopped()) {
      assertThat(tokens).isLessThanOrEqualTo(pieces.size());
    } else {
      assertThat(tokens).isEqualTo(pieces.size());
    }
    for (Released part : run.released()) {
      assertThat(part.text().isValidUtf8()).isTrue();
    }
    assertThat(run.text()).isEqualTo(expected(join(pieces), stops));
  }

  @Property(tries = 1000)
  void shouldGoOnBehindAnyReleaseAsIfNothingHadBeenBefore(
      @ForAll("pieces") List<byte[]> pieces, @ForAll("stops") @Size(max = 3) List<String> stops) {
    Run whole = run(pieces, stops);
    for (int i = 0; i < whole.lastTokens().size(); i++) {
      if (whole.stopped() && i == whole.lastTokens().size() - 1) {
        break;
      }
      int next = whole.lastTokens().get(i) + 1;
      Run rest = run(pieces.subList(next, pieces.size()), stops);
      List<Released> remaining = whole.released().subList(i + 1, whole.released().size());
      assertThat(rest.released()).isEqualTo(remaining);
    }
  }

  @Property(tries = 5000)
  void shouldRepairAsTheStandardSays(@ForAll byte[] bytes) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      // The JDK takes the bytes of a surrogate for one broken character, the standard for several.
      Assume.that(bytes[i] != (byte) 0xED || (bytes[i + 1] & 0xFF) < 0xA0);
    }
    assertThat(new String(Utf8.repair(bytes, 0, bytes.length, false), StandardCharsets.UTF_8))
        .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<List<String>> stops() {
    return Arbitraries.strings().withChars("ab€").ofMinLength(1).ofMaxLength(4).list();
  }

  /** Valid text over few characters, cut into pieces anywhere, inside characters too. */
  @Provide
  Arbitrary<List<byte[]>> pieces() {
    return Arbitraries.strings()
        .withChars("abé€")
        .ofMaxLength(40)
        .flatMap(
            text -> {
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              return Arbitraries.integers()
                  .between(0, bytes.length)
                  .list()
                  .ofMaxSize(20)
                  .map(cuts -> cut(bytes, cuts));
            });
  }

  /** Bytes that are often no text at all. */
  @Provide
  Arbitrary<List<byte[]>> noise() {
    return Arbitraries.of(
            new byte[] {'a'},
            new byte[] {'b'},
            new byte[] {},
            new byte[] {(byte) 0xE2},
            new byte[] {(byte) 0x82, (byte) 0xAC},
            new byte[] {(byte) 0xAC},
            new byte[] {(byte) 0xFF},
            new byte[] {(byte) 0xF0, (byte) 0x9F},
            new byte[] {'a', (byte) 0xC3})
        .list()
        .ofMaxSize(30);
  }

  private static List<byte[]> cut(byte[] bytes, List<Integer> cuts) {
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int to : cuts.stream().sorted().toList()) {
      pieces.add(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
    pieces.add(Arrays.copyOfRange(bytes, from, bytes.length));
    return pieces;
  }
}
