package io.myelin.compute.round;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent;
import io.myelin.v1.RoundContent.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundFilesTest {
  private static final Salt SALT = salt(1);

  @TempDir Path folder;

  private static Salt salt(int number) {
    return Salt.of(Sha256.hash(new byte[] {(byte) number}).bytes());
  }

  private static RoundWork work(Kind kind, String model) {
    return RoundWork.of(
        RoundContent.newBuilder()
            .setRoundId(ByteString.copyFrom(RoundDraw.idOf(7).bytes()))
            .setKind(kind)
            .setNode(ByteString.copyFrom(Address.ZERO.bytes()))
            .setModel(model)
            .build()
            .toByteString());
  }

  @Test
  void revealsAfterARestartWhatItWasBoundTo() throws Exception {
    RoundWork answer = work(Kind.KIND_ANSWER, "one");
    RoundFiles.open(folder).keep(7, answer, SALT);

    Map<Kind, RoundFiles.Held> held = RoundFiles.open(folder).held(7);

    assertThat(held).containsOnlyKeys(Kind.KIND_ANSWER);
    RoundFiles.Held one = Objects.requireNonNull(held.get(Kind.KIND_ANSWER));
    assertThat(one.content()).isEqualTo(answer.bytes());
    assertThat(one.made().digest()).isEqualTo(answer.digest());
    assertThat(one.made().precommit()).isEqualTo(Sha256.hash(SALT, answer.digest()));
  }

  @Test
  void neverMakesASecondOneOfAKind() throws Exception {
    RoundFiles files = RoundFiles.open(folder);
    files.keep(7, work(Kind.KIND_ANSWER, "one"), SALT);
    Map<Kind, RoundFiles.Held> first = files.held(7);

    files.keep(7, work(Kind.KIND_ANSWER, "two"), salt(2));

    assertThat(files.held(7)).isEqualTo(first);
  }

  @Test
  void forgetsWhatIsOver() throws Exception {
    RoundFiles files = RoundFiles.open(folder);
    files.keep(7, work(Kind.KIND_TOPIC, "one"), SALT);
    files.keep(9, work(Kind.KIND_TOPIC, "one"), SALT);
    // What a crash left behind.
    Files.writeString(folder.resolve("6-3.pb.tmp"), "half");

    files.forgetBefore(9);

    assertThat(files.held(7)).isEmpty();
    assertThat(files.held(9)).hasSize(1);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).hasSize(1);
    }
  }
}
