package io.myelin.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which subnet a session is opened in, who may work in it, and what is said of other models. */
class SubnetSessionsTest {
  private static final Address GATEWAY = Address.parse("0x" + "0a".repeat(20));
  private static final long START = 1_800_000_000_000L;
  private static final Digest FIRST = Digest.parse("f1".repeat(32));
  private static final Digest SECOND = Digest.parse("02".repeat(32));
  private static final Digest THIRD = Digest.parse("03".repeat(32));

  /** What {@link FixedNodes#node} tells of its weights. */
  private static final Digest WEIGHTS = Digest.parse("cd".repeat(32));

  private final FreeChain chain = new FreeChain();
  private final FixedNodes nodes = new FixedNodes();

  private SessionService start() {
    SessionService service =
        SessionService.start(
            SessionSettings.standard(GATEWAY, Eip712Domain.local()),
            chain,
            new MemorySessionLog(),
            () -> Instant.ofEpochMilli(START),
            new Random(7));
    nodes.addListener(service);
    return service;
  }

  private static SessionChain.Quote quote(Digest subnet, long inputWei, Digest weights) {
    return new SessionChain.Quote(
        subnet,
        1,
        new TokenPrice(BigInteger.valueOf(inputWei), BigInteger.valueOf(inputWei)),
        weights);
  }

  private static SignedSessionRequest signed(SessionService service, String model) {
    TestingClient client =
        new TestingClient(1, GATEWAY, Eip712Domain.local(), service::seedCommitment);
    SessionRequest request = client.request(model, 1, BigInteger.valueOf(5_000), START + 3_600_000);
    return client.sign(request);
  }

  private static SignedSessionRequest in(Digest subnet, SignedSessionRequest signed) {
    return new SignedSessionRequest(
        signed.request(),
        signed.signature(),
        signed.clientRandom(),
        signed.seedCommitment(),
        signed.validatorSet(),
        0,
        subnet,
        null);
  }

  private Digest subnetOf(OpenedSession opened) {
    return chain.find(SessionId.parse(opened.session().id())).orElseThrow().tail().subnetId();
  }

  @Test
  void shouldOpenInTheCheaperSubnetThenTheSmallerIdOrTheNamedOne() {
    chain
        .listing("a", quote(FIRST, 5, WEIGHTS))
        .listing("a", quote(SECOND, 4, WEIGHTS))
        .listing("b", quote(FIRST, 5, WEIGHTS))
        .listing("b", quote(THIRD, 5, WEIGHTS));
    nodes.join(FixedNodes.node(1, 8, "a", "b"));
    SessionService service = start();
    assertThat(subnetOf(service.open(signed(service, "a")).join())).isEqualTo(SECOND);
    assertThat(subnetOf(service.open(signed(service, "b")).join())).isEqualTo(THIRD);
    assertThat(subnetOf(service.open(in(FIRST, signed(service, "a"))).join())).isEqualTo(FIRST);
    assertThat(refusal(service, in(WEIGHTS, signed(service, "a"))).text())
        .contains("subnet: 0x" + WEIGHTS, "GET /api/v1/subnets");
    assertThat(service.models())
        .extracting(model -> model.id() + model.priceInputWei() + model.subnets())
        .containsExactly(
            "a4[0x%s, 0x%s]".formatted(SECOND, FIRST), "b5[0x%s, 0x%s]".formatted(THIRD, FIRST));
    assertThat(service.subnets())
        .extracting(subnet -> subnet.id().hex() + subnet.models().size())
        .containsExactly(FIRST.hex() + 2, SECOND.hex() + 1, THIRD.hex() + 1);
  }

  @Test
  void shouldKeepAnyModelInTheDefaultSubnet() {
    chain
        .listing("a", quote(FIRST, 5, WEIGHTS))
        .listing("*", quote(FIRST, 5, Digest.ZERO))
        .listing("*", quote(SECOND, 1, Digest.ZERO))
        .listing("b", quote(SECOND, 1, WEIGHTS));
    nodes.join(FixedNodes.node(1, 8, "b")).join(FixedNodes.node(2, 8, "a"));
    SessionService service = start();
    OpenedSession opened = service.open(signed(service, "*")).join();
    assertThat(subnetOf(opened)).isEqualTo(FIRST);
    assertThat(opened.session().nodes()).containsExactly(FixedNodes.node(2, 8).id());
    assertThat(service.models(opened.session())).extracting(ModelView::id).containsExactly("a");
    assertThat(service.lists(opened.session().id(), "a")).isTrue();
    assertThat(service.lists(opened.session().id(), "b")).isFalse();
  }

  @Test
  void shouldLeaveOutNodesWithOtherWeightsThanListed() {
    chain.listing("a", quote(FIRST, 5, THIRD)).listing("b", quote(FIRST, 5, WEIGHTS));
    chain.listing("*", quote(FIRST, 5, Digest.ZERO));
    nodes.join(FixedNodes.node(1, 8, "a", "b"));
    SessionService service = start();
    assertThat(refusal(service, signed(service, "a")).reason()).isEqualTo(Reason.UNKNOWN_MODEL);
    assertThat(refusal(service, signed(service, "*")).reason()).isEqualTo(Reason.UNKNOWN_MODEL);
    assertThat(service.models()).extracting(ModelView::id).containsExactly("b");
    assertThat(subnetOf(service.open(signed(service, "b")).join())).isEqualTo(FIRST);
  }

  @Test
  void shouldLetAnyWeightsServeWhatIsUnpinned() {
    chain.listing("a", quote(FIRST, 5, ListedModel.UNPINNED));
    nodes.join(FixedNodes.node(1, 8, "a"));
    SessionService service = start();
    assertThat(subnetOf(service.open(signed(service, "a")).join())).isEqualTo(FIRST);
  }

  @Test
  void shouldSayWhereElseAModelIsServed() {
    chain
        .listing("a", quote(FIRST, 5, WEIGHTS))
        .elsewhere(
            "other",
            new WhereServed.Place(
                SECOND,
                List.of(
                    new WhereServed.At(GATEWAY, Optional.empty()),
                    new WhereServed.At(
                        Address.parse("0x" + "0b".repeat(20)),
                        Optional.of(URI.create("http://gateway.example"))))));
    nodes.join(FixedNodes.node(1, 8, "a"));
    SessionService service = start();
    assertThat(refusal(service, signed(service, "other")).text())
        .contains(
            "no subnet that this gateway serves lists other",
            "Subnet 0x" + SECOND + " lists it",
            "gateway " + GATEWAY + " or 0x" + "0b".repeat(20) + " at http://gateway.example");
    assertThat(refusal(service, signed(service, "nowhere")).text()).doesNotContain("Subnet 0x");
    assertThat(service.withPlaces("no.", "other")).startsWith("no. Subnet 0x" + SECOND);
  }

  private static SessionRefusedException refusal(
      SessionService service, SignedSessionRequest signed) {
    SessionRefusedException[] found = new SessionRefusedException[1];
    assertThatThrownBy(() -> service.open(signed).join())
        .cause()
        .isInstanceOfSatisfying(SessionRefusedException.class, e -> found[0] = e);
    return found[0];
  }
}
