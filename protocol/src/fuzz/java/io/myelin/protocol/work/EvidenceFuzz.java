package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import java.util.Optional;

/** Whatever a node signs, the answer is a finding and never an exception. */
final class EvidenceFuzz {
  private static final RandomWork WORK = new RandomWork(7);

  @FuzzTest(maxDuration = "5s")
  void findsOrPasses(byte[] bytes) {
    Evidence evidence;
    try {
      evidence = Evidence.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    Optional<Lie> found =
        EvidenceShape.firstLie(WORK.spec(), evidence)
            .or(() -> SamplerReplay.firstLie(WORK.spec(), WORK.prompt(), evidence));
    found.ifPresent(lie -> assertThat(lie.detail()).isNotBlank());
  }
}
