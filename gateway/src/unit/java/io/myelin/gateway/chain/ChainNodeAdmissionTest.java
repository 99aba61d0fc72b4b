package io.myelin.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeAdmission;
import io.myelin.gateway.session.ChainPool;
import io.myelin.gateway.session.ChainPool.Standing;
import io.myelin.gateway.session.NodeReputation;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.reputation.Suspension;
import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChainNodeAdmissionTest {
  private static final Address NODE = Address.parse("0x" + "01".repeat(20));
  private static final Address OWNER = Address.parse("0x" + "02".repeat(20));

  private static NodeAdmission.Verdict admit(Optional<ChainPool.Entry> entry, int slots) {
    return new ChainNodeAdmission(() -> _ -> entry, _ -> List.of())
        .admit(NODE, Hello.newBuilder().setSlots(slots).build());
  }

  private static Optional<ChainPool.Entry> entry(Standing standing) {
    return Optional.of(new ChainPool.Entry(OWNER, standing, 4, 0, 0));
  }

  private static String refusal(NodeAdmission.Verdict verdict) {
    NodeAdmission.Verdict.Refused refused = (NodeAdmission.Verdict.Refused) verdict;
    // Whatever it is, an owner can mend it while the node keeps dialling.
    assertThat(refused.retry()).isTrue();
    return refused.code();
  }

  @Test
  void shouldAdmitWhomItsOwnerRegistered() {
    assertThat(admit(entry(Standing.QUALIFIED), 4))
        .isInstanceOf(NodeAdmission.Verdict.Admitted.class);
    // It comes to be tested.
    assertThat(admit(entry(Standing.UNQUALIFIED), 1))
        .isInstanceOf(NodeAdmission.Verdict.Admitted.class);
  }

  @Test
  void shouldSayWhyItRefuses() {
    assertThat(refusal(admit(Optional.empty(), 1))).isEqualTo("not_registered");
    assertThat(refusal(admit(entry(Standing.SUSPENDED), 1))).isEqualTo("suspended");
    assertThat(refusal(admit(entry(Standing.LEAVING), 1))).isEqualTo("leaving");
    assertThat(refusal(admit(entry(Standing.QUALIFIED), 5))).isEqualTo("too_many_slots");
  }

  @Test
  void shouldTellASuspendedNodeByWhichVerdictAndWhatToDo() {
    Digest evidence = Digest.parse("ab".repeat(32));
    ChainPool pool =
        new ChainPool() {
          @Override
          public Optional<Entry> node(Address node) {
            return entry(Standing.SUSPENDED);
          }

          @Override
          public Optional<NodeReputation> reputation(Address node) {
            return Optional.of(
                new NodeReputation(
                    1, 0, Reputation.UNKNOWN, Optional.of(new Suspension(true, evidence, 0))));
          }
        };
    assertThat(new ChainNodeAdmission(() -> pool, _ -> List.of()).admit(NODE, hello("tiny", 1)))
        .isInstanceOfSatisfying(
            NodeAdmission.Verdict.Refused.class,
            refused ->
                assertThat(refused.message())
                    .contains("0x" + evidence, "no time ends that", "./myelin stake node add"));
  }

  @Test
  void shouldTurnAwayWhoHasOtherWeightsOnly() {
    ChainNodeAdmission admission =
        new ChainNodeAdmission(
            () -> _ -> entry(Standing.QUALIFIED),
            model -> model.equals("listed") ? List.of(Digest.parse("ab".repeat(32))) : List.of());
    assertThat(admission.admit(NODE, hello("listed", 0xab)))
        .isInstanceOf(NodeAdmission.Verdict.Admitted.class);
    assertThat(refusal(admission.admit(NODE, hello("listed", 0xcd)))).isEqualTo("wrong_weights");
    assertThat(admission.admit(NODE, hello("unlisted", 0xcd)))
        .isInstanceOf(NodeAdmission.Verdict.Admitted.class);
  }

  private static Hello hello(String model, int weights) {
    byte[] digest = new byte[32];
    Arrays.fill(digest, (byte) weights);
    return Hello.newBuilder()
        .setSlots(1)
        .addModels(
            ServedModel.newBuilder().setId(model).setWeightsDigest(ByteString.copyFrom(digest)))
        .build();
  }

  @Test
  void shouldCountSlotsAsTheContractDoes() {
    assertThat(new ChainPool.Entry(OWNER, Standing.QUALIFIED, 4, 1, 2).freeSlots()).isEqualTo(1);
    assertThat(new ChainPool.Entry(OWNER, Standing.UNQUALIFIED, 4, 0, 0).freeSlots()).isZero();
    assertThat(new ChainPool.Entry(OWNER, Standing.QUALIFIED, 4, 1, 2).wantsTest()).isTrue();
    assertThat(new ChainPool.Entry(OWNER, Standing.QUALIFIED, 4, 1, 0).wantsTest()).isFalse();
    assertThat(new ChainPool.Entry(OWNER, Standing.SUSPENDED, 4, 0, 2).wantsTest()).isFalse();
  }
}
