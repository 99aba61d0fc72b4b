package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.committee.wire.ConfigCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.v1.ConfigureSubnetRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations of subnets, signed by real validators over gRPC and taken by the contract. */
final class ConfigIT {
  private static final Digest WEIGHTS = Sha256.hash(new byte[] {7});

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static OperatorKey owner;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 7, 0);
    validators = Validators.start(world, folder);
    owner = world.gateway().owner();
  }

  @AfterAll
  static void stop() {
    validators.close();
    world.close();
  }

  private static Digest created(String name) {
    Digest salt = Sha256.hash(name.getBytes(StandardCharsets.UTF_8));
    world.fund(owner, world.network().subnets().address(), ChainWorld.ether(6_000));
    world.send(owner, world.network().subnets().createSubnet(salt));
    return ChainTerms.subnetId(owner.address(), salt);
  }

  private static ConfigProposal proposal(Digest subnet, long version, String... models) {
    return new ConfigProposal(
        subnet,
        version,
        new SubnetModels(
            List.of(models).stream()
                .map(id -> new ListedModel(id, WEIGHTS, BigInteger.TWO, BigInteger.TEN))
                .toList()));
  }

  private static ConfigureSubnetRequest signed(ConfigProposal proposal, OperatorKey asker) {
    return ConfigCodec.message(proposal, asker.sign(world.domain().digest(proposal.wanted())));
  }

  private static List<Address> members(ConfigProposal proposal) {
    return world
        .network()
        .validators()
        .committeeFor(
            Subjects.configSubject(proposal.subnetId(), proposal.version()),
            world.set(),
            Address.ZERO)
        .on(world.chain());
  }

  private static String refusal(int validator, ConfigureSubnetRequest request) {
    return String.valueOf(
        catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    validators
                        .stub(validator)
                        .configureSubnet(
                            request.toBuilder().setRound(Fields.bytes(Digest.ZERO)).build()))
            .getStatus()
            .getDescription());
  }

  /** What the first member says: at once, or sealed until all of the committee has sealed. */
  private static String refusal(ConfigProposal proposal, ConfigureSubnetRequest request) {
    List<Address> members = members(proposal);
    int first = validators.of(members.getFirst());
    ByteString round = Fields.bytes(SessionTail.modelIdOf("round of " + request));
    ConfigureSubnetRequest asked = request.toBuilder().setRound(round).build();
    List<Sealed> seals;
    try {
      seals =
          members.stream()
              .map(owner -> validators.stub(validators.of(owner)).configureSubnet(asked))
              .toList();
    } catch (StatusRuntimeException e) {
      return String.valueOf(e.getStatus().getDescription());
    }
    Revealed revealed =
        validators
            .stub(first)
            .reveal(
                RevealRequest.newBuilder()
                    .setSubject(seals.getFirst().getSubject())
                    .setRound(round)
                    .addAllSeals(seals)
                    .build());
    return Verdict.parse(Payload.of(revealed.getPayload().toByteArray()))
            instanceof Verdict.No(String text)
        ? text
        : "signed";
  }

  @Test
  void shouldListModelsThatACommitteeSigned() throws Exception {
    Digest subnet = created("signed");
    ConfigProposal first = proposal(subnet, 1, "one", "two");
    try (CommitteeClient committee = validators.client(Validators.QUICK, owner)) {
      Quorum quorum = committee.approveConfig(first);
      // Asked again, as after a crash, each gives the same signature.
      assertThat(committee.approveConfig(first)).isEqualTo(quorum);
      world.send(
          owner,
          world
              .network()
              .subnets()
              .configure(
                  subnet,
                  ChainTerms.models(first.models()),
                  quorum.seatsBits(),
                  quorum.signatures()));
      var model =
          world.network().subnets().modelOf(subnet, SessionTail.modelIdOf("two")).on(world.chain());
      assertThat(model.weightsDigest()).isEqualTo(WEIGHTS);
      assertThat(model.priceVersion()).isEqualTo(1);
      // That version has passed.
      assertThat(
              catchThrowableOfType(NotAgreedException.class, () -> committee.approveConfig(first)))
          .hasMessageContaining("REFUSED_CONFIG");
      assertThat(committee.approveConfig(proposal(subnet, 2, "three"))).isNotNull();
    }
  }

  @Test
  void shouldSignOneContentOnly() throws Exception {
    Digest subnet = created("one content");
    try (CommitteeClient committee = validators.client(Validators.QUICK, owner)) {
      Quorum _ = committee.approveConfig(proposal(subnet, 1, "one"));
      assertThat(
              catchThrowableOfType(
                  NotAgreedException.class,
                  () -> committee.approveConfig(proposal(subnet, 1, "other"))))
          .hasMessageContaining("ALREADY_SIGNED_OTHER");
    }
  }

  @Test
  void shouldRefuseStrangers() {
    Digest subnet = created("strangers");
    ConfigProposal right = proposal(subnet, 1, "one");
    assertThat(refusal(right, signed(right, world.client())))
        .startsWith(Reason.REFUSED_ASKER.name());
    assertThat(
            refusal(
                right,
                signed(right, owner).toBuilder().setOwnerSignature(ByteString.EMPTY).build()))
        .startsWith(Reason.REFUSED_ASKER.name());
    // A signature of other models is none of these.
    ConfigureSubnetRequest swapped =
        signed(right, owner).toBuilder()
            .setModels(0, signed(proposal(subnet, 1, "dearer"), owner).getModels(0))
            .build();
    assertThat(refusal(right, swapped)).startsWith(Reason.REFUSED_ASKER.name());
  }

  @Test
  void shouldRefuseASubnetThatIsNotThereAndAnotherVersion() {
    ConfigProposal nowhere = proposal(WEIGHTS, 1, "one");
    assertThat(refusal(nowhere, signed(nowhere, owner)))
        .startsWith(Reason.REFUSED_CONFIG.name())
        .contains("does not exist");
    ConfigProposal later = proposal(created("later"), 2, "one");
    assertThat(refusal(later, signed(later, owner)))
        .startsWith(Reason.REFUSED_CONFIG.name())
        .contains("expected: 1, the next");
  }

  @Test
  void shouldRefuseModelsThatAreNotWellFormed() {
    Digest subnet = created("not well formed");
    ConfigProposal right = proposal(subnet, 1, "one");
    ConfigureSubnetRequest request = signed(right, owner);
    ByteString big =
        ByteString.copyFrom(ListedModel.MAX_PRICE_WEI.add(BigInteger.ONE).toByteArray());
    assertMalformed(right, request.toBuilder().addModels(request.getModels(0)), "twice");
    assertMalformed(right, request.toBuilder().clearModels(), "1 to 64");
    ConfigureSubnetRequest.Builder many = request.toBuilder().clearModels();
    IntStream.range(0, 65)
        .forEach(i -> many.addModels(request.getModels(0).toBuilder().setModel("m" + i)));
    assertMalformed(right, many, "65");
    assertMalformed(
        right, with(request, "a b", WEIGHTS, ByteString.copyFrom(new byte[] {1})), "letters");
    assertMalformed(
        right,
        with(request, "a", Digest.ZERO, ByteString.copyFrom(new byte[] {1})),
        "weightsDigest");
    assertMalformed(right, with(request, "a", WEIGHTS, ByteString.EMPTY), "inputWei");
    assertMalformed(right, with(request, "a", WEIGHTS, big), "inputWei");
  }

  private static ConfigureSubnetRequest.Builder with(
      ConfigureSubnetRequest request, String model, Digest weights, ByteString inputWei) {
    return request.toBuilder()
        .setModels(
            0,
            request.getModels(0).toBuilder()
                .setModel(model)
                .setWeightsDigest(ByteString.copyFrom(weights.bytes()))
                .setInputWei(inputWei));
  }

  private static void assertMalformed(
      ConfigProposal right, ConfigureSubnetRequest.Builder request, String why) {
    assertThat(refusal(right, request.build()))
        .startsWith(Reason.REFUSED_CONFIG.name())
        .contains(why);
  }

  @Test
  void shouldRefuseWithoutASeat() {
    ConfigProposal right = proposal(created("seats"), 1, "one");
    List<Address> seated = members(right);
    int other =
        IntStream.range(0, world.validators().size())
            .filter(i -> !seated.contains(world.validators().get(i).owner().address()))
            .findFirst()
            .orElseThrow();
    assertThat(refusal(other, signed(right, owner))).startsWith(Reason.NOT_SEATED.name());
  }
}
