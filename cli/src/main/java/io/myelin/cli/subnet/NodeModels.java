package io.myelin.cli.subnet;

import io.myelin.cli.CommandException;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.engine.EngineException;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What a compute node needs of a subnet: the models' files, as the chain has their digests. */
final class NodeModels {
  private final SubnetState subnet;
  private final List<SubnetState.Listed> models;

  private NodeModels(SubnetState subnet, List<SubnetState.Listed> models) {
    this.subnet = subnet;
    this.models = models;
  }

  /**
   * All that the subnet lists, or some.
   *
   * @param ids of some; none for all
   * @throws CommandException when it does not list one, or none at all
   */
  static NodeModels of(SubnetState subnet, List<String> ids) {
    List<SubnetState.Listed> named =
        subnet.models().stream()
            .filter(listed -> !listed.priced().model().equals(ListedModel.ANY))
            .toList();
    if (named.isEmpty()) {
      throw new CommandException(
          "subnet 0x" + subnet.id() + " lists no model yet: its owner has to, subnet create");
    }
    List<SubnetState.Listed> some = new ArrayList<>();
    for (String id : ids) {
      some.add(
          named.stream()
              .filter(listed -> listed.priced().model().equals(id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandException(
                          "the subnet does not list "
                              + id
                              + " (expected: one of "
                              + named.stream()
                                  .map(listed -> listed.priced().model())
                                  .collect(Collectors.joining(", "))
                              + ")")));
    }
    return new NodeModels(subnet, ids.isEmpty() ? named : List.copyOf(some));
  }

  /**
   * Fetches them one by one. Nothing is fetched where the catalogue has other weights than the
   * chain; each file is checked against the catalogue's digest, and so against the chain's.
   *
   * @param told what became of each
   */
  void fetch(ModelCatalogue catalogue, FetchProgress progress, Consumer<String> told) {
    List<ModelEntry> entries = models.stream().map(listed -> entry(catalogue, listed)).toList();
    for (ModelEntry entry : entries) {
      if (entry.format() == ModelEntry.Format.REMOTE) {
        told.accept(entry.id() + " runs at another server: no file to check");
        continue;
      }
      try {
        told.accept(
            entry.id()
                + " is at "
                + catalogue.store().fetch(entry, progress)
                + ", SHA-256 as on chain: "
                + entry.sha256());
      } catch (EngineException e) {
        throw new CommandException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private ModelEntry entry(ModelCatalogue catalogue, SubnetState.Listed listed) {
    String id = listed.priced().model();
    ModelEntry entry =
        catalogue
            .find(id)
            .orElseThrow(
                () ->
                    new CommandException(
                        "model "
                            + id
                            + " is not in your catalogue: ./myelin model add "
                            + id
                            + " --help (weights expected: "
                            + listed.weights()
                            + "), or leave it out with --model of the others"));
    Digest own = entry.weightsDigest();
    if (!ListedModel.allows(listed.weightsDigest(), own)) {
      throw new CommandException(
          "model "
              + id
              + ": your catalogue has SHA-256 "
              + own
              + " (expected: "
              + listed.weightsDigest()
              + ", as subnet 0x"
              + subnet.id()
              + " lists it): a gateway would refuse it. Remove it (./myelin model remove "
              + id
              + ") and add the right file, or leave it out with --model of the others");
    }
    return entry;
  }

  /** For {@code myelin compute --config}: which models, and which network's signatures. */
  String configuration(NetworkContracts contracts) {
    return """
        # A compute node of subnet 0x%s
        model = %s
        chain-id = %d
        directory = %s
        """
        .formatted(
            subnet.id(),
            models.stream()
                .map(listed -> listed.priced().model())
                .collect(Collectors.joining(", ")),
            contracts.chainId(),
            contracts.directory().address());
  }
}
