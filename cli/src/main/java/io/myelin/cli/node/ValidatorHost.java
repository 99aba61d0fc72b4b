package io.myelin.cli.node;

import io.myelin.chain.ChainClient;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.cli.CommandException;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.Peers;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.committee.Absences;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.RollCall;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.work.Exam;
import io.myelin.validator.AppealVerdicts;
import io.myelin.validator.Duties;
import io.myelin.validator.Leadership;
import io.myelin.validator.OwnModels;
import io.myelin.validator.ValidatorConfig;
import io.myelin.validator.ValidatorFault;
import io.myelin.validator.ValidatorNode;
import io.myelin.validator.WorkNews;
import io.myelin.validator.WorkVerdicts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts a validator together. */
public final class ValidatorHost implements AutoCloseable {
  private final ChainClient chain;
  private final ValidatorNode node;
  private final RollCall rollCall;
  private final ValidatorUrls others;
  private final Address id;

  /** What it does of its own accord, in the order in which that ends. */
  private final List<Runnable> works;

  private @Nullable Peers peers;

  private ValidatorHost(
      ChainClient chain,
      ValidatorNode node,
      RollCall rollCall,
      ValidatorUrls others,
      Address id,
      List<Runnable> works) {
    this.chain = chain;
    this.node = node;
    this.rollCall = rollCall;
    this.others = others;
    this.id = id;
    this.works = List.copyOf(works);
  }

  /**
   * Starts one that its peers find; as below.
   *
   * @param how it joins the peer network
   */
  public static ValidatorHost start(
      Path folder, OperatorKey key, ChainLink link, Optional<PeerLink> how, String host, int port) {
    return start(
        folder,
        key,
        link,
        how,
        host,
        port,
        OwnModels.NONE,
        ValidatorFault.NONE,
        Exam.USUAL_CONTEXT);
  }

  /**
   * As above, of one that may check nodes' work.
   *
   * @param models what it has of models; the caller closes what that uses, after this
   * @param fault how it misbehaves on purpose
   * @param examContext words of context that it wants to see exams over
   */
  public static ValidatorHost start(
      Path folder,
      OperatorKey key,
      ChainLink link,
      Optional<PeerLink> how,
      String host,
      int port,
      OwnModels models,
      ValidatorFault fault,
      int examContext) {
    ValidatorHost validator = start(folder, key, link, host, port, models, fault, examContext);
    try {
      if (how.isPresent()) {
        validator.peers =
            Peers.join(
                how.get(),
                link.truth(),
                key,
                PeerRole.VALIDATOR,
                List.of(),
                Optional.of(how.get().reached(validator.url())),
                folder);
        validator.others.found(validator.peers);
      }
      return validator;
    } catch (RuntimeException e) {
      validator.close();
      throw e;
    }
  }

  /**
   * Starts one; it answers when this returns.
   *
   * @param port 0 for any free one
   * @throws CommandException when the chain is not reached, the port is taken, or another process
   *     uses the folder
   */
  public static ValidatorHost start(
      Path folder, OperatorKey key, ChainLink link, String host, int port) {
    return start(
        folder, key, link, host, port, OwnModels.NONE, ValidatorFault.NONE, Exam.USUAL_CONTEXT);
  }

  private static ValidatorHost start(
      Path folder,
      OperatorKey key,
      ChainLink link,
      String host,
      int port,
      OwnModels models,
      ValidatorFault fault,
      int examContext) {
    ChainClient chain = null;
    boolean whole = false;
    try {
      chain = RpcChainClient.connect(ChainSettings.of(link.chainId(), link.rpc()));
      NetworkContracts network = NetworkContracts.at(chain, link.directory());
      ValidatorConfig config =
          new ValidatorConfig(
              host,
              port,
              folder,
              link.firstBlock(),
              fault,
              ValidatorConfig.Limits.standard(),
              examContext);
      ValidatorUrls others = new ValidatorUrls(link.validators());
      RollCall rollCall = RollCall.of(others, chain, network, RollCall.PATIENCE);
      ValidatorNode node = ValidatorNode.start(config, key, chain, network, rollCall, models);
      List<Runnable> works =
          fault.isAwake()
              ? works(folder, key, link, chain, network, others, rollCall, node)
              : List.of();
      whole = true;
      return new ValidatorHost(chain, node, rollCall, others, key.address(), works);
    } catch (IOException | RuntimeException e) {
      throw new CommandException("validator " + key.address() + ": " + e.getMessage(), e);
    } finally {
      if (!whole && chain != null) {
        chain.close();
      }
    }
  }

  /** Begins what nobody asks it for: duties, verdicts, news. */
  private static List<Runnable> works(
      Path folder,
      OperatorKey key,
      ChainLink link,
      ChainClient chain,
      NetworkContracts network,
      ValidatorUrls others,
      RollCall rollCall,
      ValidatorNode node) {
    CommitteeClient committee =
        CommitteeClient.connect(others, chain, network, key, CommitteeSettings.standard());
    committee.keepEvidence(folder.resolve(ValidatorNode.EVIDENCE_FOLDER));
    Absences absences = new Absences(committee, rollCall, chain, network);
    Leadership leadership =
        Leadership.start(
            chain,
            network,
            key,
            Duties.all(chain, network, link.firstBlock(), key, absences, node, committee.rounds()));
    WorkVerdicts verdicts =
        WorkVerdicts.start(node, committee.cases(), leadership::send, chain, network, key);
    AppealVerdicts appeals =
        AppealVerdicts.start(
            node, committee.cases(), leadership::send, chain, network, link.firstBlock(), key);
    WorkNews news = WorkNews.start(node, committee.telling());
    return List.of(
        news::close, appeals::close, verdicts::close, leadership::close, committee::close);
  }

  /** Its operator key's address. */
  public Address id() {
    return id;
  }

  /** Where it answers. */
  public URI url() {
    return node.url();
  }

  @Override
  public void close() {
    if (peers != null) {
      peers.close();
    }
    works.forEach(Runnable::run);
    node.close();
    rollCall.close();
    chain.close();
  }
}
