package io.myelin.cli.devnet;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.Bytes;
import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.PartyScene.Terms;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.client.ClientSession;
import io.myelin.committee.Cases;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.committee.Contradiction;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.FaultEvidence;
import io.myelin.protocol.settlement.SessionAccount;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import io.myelin.validator.ValidatorFault;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A validator signs unread. What is right it may sign: it is known by its signature under something
 * wrong, so a gateway puts that to each member.
 */
final class UnreadStory implements PartyStory {
  private static final int TASKS = 2;
  private static final Duration CALL = Duration.ofSeconds(20);

  private final PartyScene scene;
  private final int validator;
  private final ValidatorFault fault;

  UnreadStory(PartyScene scene, int validator, ValidatorFault fault) {
    this.scene = scene;
    this.validator = validator;
    this.fault = fault;
  }

  /** A batch that claims more than its receipts, by so many wei. */
  private record Wrong(FaultEvidence.Batch evidence, BatchSettlement wanted) {}

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Validator %d was told to sign unread (%s). Gateway 1 puts a batch to each member alone that"
            + " claims a wei more than its receipts:",
        validator, fault.label());
    ClientSession session = scene.open(1);
    List<SignedReceipt> receipts = scene.receipts(session, scene.ask(session, TASKS));
    Terms terms = scene.terms(SessionId.parse(session.id()));
    Wrong wrong = wrong(terms, receipts, 1);
    Optional<Signature> signature = Optional.empty();
    boolean right = true;
    for (int member = 1; member <= scene.devnet().validators().size(); member++) {
      Optional<Signature> signed = attested(member, wrong);
      if (member == validator) {
        signature = signed;
      } else if (signed.isPresent()
          && scene.devnet().plan().parties().ofValidator(member) == ValidatorFault.NONE) {
        scene.say("NOT RIGHT: validator %d signed it, and is honest", member);
        right = false;
      }
    }
    if (signature.isEmpty()) {
      scene.say("NOT CAUGHT: it did not sign what was put to it");
      return false;
    }
    scene.say("Caught: validator %d, at the first wrong batch that was put to it.", validator);
    BigInteger stakeWei = scene.stakeWei(validator);
    if (fault == ValidatorFault.TWICE) {
      Wrong other = wrong(terms, receipts, 2);
      contradict(wrong, signature.get(), other, attested(validator, other).orElseThrow());
    } else {
      right &= convicted(wrong, signature.get());
    }
    BigInteger lostWei = stakeWei.subtract(scene.stakeWei(validator));
    scene.say(
        "  lost        %s tokens of its stake, %s, and its seat: it is jailed",
        PartyScene.tokens(lostWei), PartyScene.share(lostWei, stakeWei));
    Duration settled = scene.settle(session);
    scene.say(
        "  cost        nothing: the others settled the session as its receipts say, in %d ms",
        settled.toMillis());
    return right && lostWei.signum() > 0 && isPaid(receipts, session);
  }

  private boolean isPaid(List<SignedReceipt> receipts, ClientSession session) {
    BigInteger earnedWei =
        receipts.stream()
            .map(receipt -> receipt.receipt().price().totalWei())
            .reduce(BigInteger.ZERO, BigInteger::add);
    BigInteger settledWei =
        scene.settled(SessionId.parse(session.id())).earnedWei().stream()
            .reduce(BigInteger.ZERO, BigInteger::add);
    scene.say("  nodes       earned %s wei, settled %s", earnedWei, settledWei);
    return earnedWei.equals(settledWei);
  }

  private Wrong wrong(Terms terms, List<SignedReceipt> receipts, long byWei) {
    SessionAccount account =
        new SessionAccount(scene.network().domain(), terms.brief(), terms.tail());
    receipts.forEach(receipt -> account.add(receipt));
    SessionAccount.Total total = account.total();
    List<BigInteger> more = new ArrayList<>(total.earnedWei());
    more.set(0, more.getFirst().add(BigInteger.valueOf(byWei)));
    Address gateway = scene.gateway(1).node();
    long batch = scene.network().payment().batches(gateway).on(scene.chain()).batch();
    SettlementClaim claim =
        new SettlementClaim(terms.brief(), terms.tail(), total.receiptsRoot(), total.tasks(), more);
    return new Wrong(
        new FaultEvidence.Batch(
            gateway,
            batch,
            List.of(claim),
            0,
            receipts.stream().map(receipt -> receipt.receipt().attestation()).toList()),
        new BatchSettlement(gateway, batch, SettlementClaim.batchDigest(List.of(claim))));
  }

  /** What a member signs of it, asked by the gateway. */
  private Optional<Signature> attested(int member, Wrong wrong) {
    BatchSettlement wanted = wrong.wanted();
    AttestRequest request =
        AttestRequest.newBuilder()
            .setGateway(Fields.bytes(wanted.gateway()))
            .setBatch(wanted.batch())
            .setSet(scene.network().validators().setVersion().on(scene.chain()))
            .setSettlementsDigest(Fields.bytes(wanted.settlementsDigest()))
            .setGatewaySignature(
                ByteString.copyFrom(
                    scene
                        .gateway(1)
                        .operator()
                        .sign(scene.network().domain().digest(wanted))
                        .bytes()))
            .build();
    ValidatorBlockingStub stub =
        GrpcClients.builder("gproto+" + scene.devnet().validators().get(member - 1).url())
            .responseTimeout(CALL)
            .build(ValidatorBlockingStub.class);
    try {
      Signature signature = Signature.of(stub.attest(request).getSignature().toByteArray());
      scene.say("  validator %d signs it", member);
      return Optional.of(signature);
    } catch (StatusRuntimeException e) {
      scene.say(
          "  validator %d refuses: %s", member, String.valueOf(e.getStatus().getDescription()));
      return Optional.empty();
    }
  }

  private void contradict(Wrong first, Signature one, Wrong second, Signature other) {
    Contradiction found =
        new Contradiction(
            scene.validator(validator).node(),
            first.evidence().attestation(),
            one,
            second.evidence().attestation(),
            other);
    scene.say("  and signed another content of that batch: two signatures, shown to the chain");
    scene.send(
        scene.devnet().roster().client(),
        "report/" + found.operator(),
        scene
            .network()
            .validators()
            .punishDoubleSigning(
                found.first().kind(),
                found.first().subject(),
                found.first().content(),
                Bytes.of(found.firstSignature().bytes()),
                found.second().content(),
                Bytes.of(found.secondSignature().bytes())));
  }

  /** The set after the next judges, for which nobody has shown a share yet. */
  private boolean convicted(Wrong wrong, Signature signature) {
    ValidatorRegistry registry = scene.network().validators();
    Person accuser = scene.validator(validator == 1 ? 2 : 1);
    Address accused = scene.validator(validator).owner().address();
    scene.send(accuser.owner(), "accuse/" + accused, registry.accuse(accused));
    long judgedBy = registry.cases(accused).on(scene.chain()).judgedBy();
    long epochSeconds = Param.EPOCH_SECONDS.of(scene.network(), scene.chain()).longValueExact();
    while (registry.setVersion().on(scene.chain()) < judgedBy) {
      long before = registry.setVersion().on(scene.chain());
      scene.devnet().chain().advance(Duration.ofSeconds(epochSeconds));
      scene.sendUnlessDone(
          "set/" + before,
          registry.makeSet(),
          () -> registry.setVersion().on(scene.chain()) > before);
    }
    try (CommitteeClient committee = scene.committee(accuser.operator())) {
      Cases.Guilty guilty = committee.cases().fault(accused, wrong.evidence(), signature);
      scene.say("  judged by   the committee of the set after the next: guilty");
      scene.send(
          scene.devnet().roster().client(),
          "punish/" + accused,
          registry.punish(
              accused,
              guilty.fault(),
              guilty.evidenceDigest(),
              guilty.quorum().seatsBits(),
              guilty.quorum().signatures()));
      return true;
    } catch (NotAgreedException e) {
      scene.say("NOT PUNISHED: %s", e.details());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }
}
