package io.myelin.compute.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.RoundContent.Kind;
import org.junit.jupiter.api.Test;

class RoundMakerTest {
  @Test
  void givesEmptyContentThatIsItsOwnWhereItServesNoText() {
    Digest round = RoundDraw.idOf(7);
    Address self = Address.parse("0x00000000000000000000000000000000000000a1");
    Address other = Address.parse("0x00000000000000000000000000000000000000a2");

    RoundWork work = RoundMaker.nothing(round, Kind.KIND_ANSWER, self);

    assertThat(work.text()).isEmpty();
    assertThat(work.node()).isEqualTo(self);
    assertThat(work.roundId()).isEqualTo(round);
    assertThat(work.input()).isEmpty();
    assertThat(work.digest())
        .isNotEqualTo(RoundMaker.nothing(round, Kind.KIND_ANSWER, other).digest());
  }
}
