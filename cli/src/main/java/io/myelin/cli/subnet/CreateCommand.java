package io.myelin.cli.subnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Param;
import io.myelin.cli.chain.Wallet;
import io.myelin.client.Endpoint;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.protocol.subnet.SubnetName;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates a subnet and lists its models; said again, it goes on where it was. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Create a subnet and list models in it: pay the fee, have a committee of validators sign the",
      "models with their weights, configure. Said again with the same name it goes on where it was,",
      "or lists what is new: the name and your key make the subnet's id."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin subnet create chat --model smollm2-135m-instruct=1/3",
      "  ./myelin subnet create mixed --model smollm2-135m-instruct=1/3 \\",
      "      --model all-minilm-l6-v2=0.5/0.5 --model '*=1/3' --keystore owner.json",
      "",
      "Prices are gwei (0.000000001 MYL) for a token of the prompt and a token of the answer. The",
      "model * lets clients open sessions for all models of the subnet at one price. The weights of",
      "a model are those of your catalogue, ./myelin model list: nodes must serve that very file."
    })
final class CreateCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();
  @Mixin private Confirmation confirmation = new Confirmation();

  @Option(
      names = "--model",
      paramLabel = "ID=IN/OUT",
      required = true,
      converter = PricedModel.Converter.class,
      description = "A model with its prices in gwei a token (repeatable, up to 64).")
  private List<PricedModel> models = List.of();

  @Option(
      names = "--unpinned",
      paramLabel = "ID",
      description = "A model that nodes may serve with any weights (repeatable).")
  private List<String> unpinned = List.of();

  @Option(
      names = "--validator",
      paramLabel = "URL",
      description = "A validator to ask (repeatable). Default: the devnet's.")
  private List<String> validators = List.of();

  @Parameters(paramLabel = "NAME", description = "What you call it: a to z, 0 to 9, hyphens.")
  private String name = "";

  @Override
  public Integer call() throws InterruptedException {
    Digest salt = salt();
    List<ListedModel> wanted = wanted().models();
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      Digest id = ChainTerms.subnetId(key.address(), salt);
      List<URI> committee = committee(network);
      if (owner(network, id).isZero()) {
        create(network, key, salt, wanted.size());
      } else {
        err().println("subnet 0x" + id + " exists; going on with its models");
      }
      List<ListedModel> missing = missing(new SubnetReader(network).one(id), wanted);
      if (!missing.isEmpty()) {
        configure(network, key, id, committee, new SubnetModels(missing));
      }
      SubnetPrinter.print(new SubnetReader(network).one(id), out());
      out().println();
      out().println("Next: bond a gateway, ./myelin stake gateway add --help, and admit it:");
      out().println("  ./myelin subnet join " + id + " --gateway ADDRESS");
      out().println("Then on each compute node's machine: ./myelin subnet join " + id);
      out().flush();
      return 0;
    }
  }

  private Digest salt() {
    try {
      return new SubnetName(name).salt();
    } catch (IllegalArgumentException e) {
      throw wrong("NAME: " + e.getMessage(), e);
    }
  }

  private SubnetModels wanted() {
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    for (String id : unpinned) {
      if (models.stream().noneMatch(model -> model.model().equals(id))) {
        throw wrong("--unpinned: " + id + " (expected: one of the --model)");
      }
    }
    try {
      return new SubnetModels(
          models.stream().map(model -> model.with(weights(catalogue, model.model()))).toList());
    } catch (IllegalArgumentException e) {
      throw wrong("--model: " + e.getMessage(), e);
    }
  }

  private Digest weights(ModelCatalogue catalogue, String model) {
    if (model.equals(ListedModel.ANY)) {
      return Digest.ZERO;
    }
    return unpinned.contains(model)
        ? ListedModel.UNPINNED
        : catalogue.require(model).weightsDigest();
  }

  private static Address owner(ChainAccess network, Digest id) {
    return network.contracts().subnets().subnets(id).on(network.chain()).owner();
  }

  private void create(ChainAccess network, OperatorKey key, Digest salt, int count) {
    NetworkContracts contracts = network.contracts();
    BigInteger feeWei = Param.SUBNET_FEE_WEI.value(network);
    BigInteger heldWei = contracts.token().balanceOf(key.address()).on(network.chain());
    if (heldWei.compareTo(feeWei) < 0) {
      throw new CommandException(
          "account %s has %s in its wallet (needed: the fee, %s): send it more, or see ./myelin account money"
              .formatted(key.address(), Amount.show(heldWei), Amount.show(feeWei)));
    }
    confirmation.ask(
        out(),
        "Owner %s creates subnet %s with %d model%s."
            .formatted(key.address(), name, count, count == 1 ? "" : "s"),
        "The fee, " + Amount.show(feeWei) + ", goes to the treasury and does not come back.");
    Address registry = contracts.subnets().address();
    BigInteger allowedWei =
        contracts.token().allowance(key.address(), registry).on(network.chain());
    try (Wallet wallet = network.wallet(key, err())) {
      if (allowedWei.compareTo(feeWei) < 0) {
        var _ = wallet.send(contracts.token().approve(registry, feeWei), "allow the fee");
      }
      var _ = wallet.send(contracts.subnets().createSubnet(salt), "create subnet " + name);
    }
  }

  /**
   * What is not listed as it shall be; the order is the user's, so that a second try is the same.
   */
  private List<ListedModel> missing(SubnetState now, List<ListedModel> wanted) {
    List<ListedModel> missing = new ArrayList<>();
    for (ListedModel model : wanted) {
      SubnetState.Listed listed = now.model(model.model()).orElse(null);
      if (listed == null || !listed.weightsDigest().equals(model.weightsDigest())) {
        missing.add(model);
      } else if (!listed.priced().inputWei().equals(model.inputWei())
          || !listed.priced().outputWei().equals(model.outputWei())) {
        err()
            .println(
                "%s is listed at %s gwei: ./myelin subnet price %s %s=%s/%s changes that"
                    .formatted(
                        model.model(),
                        listed.priced().price(),
                        now.id(),
                        model.model(),
                        PricedModel.gwei(model.inputWei()),
                        PricedModel.gwei(model.outputWei())));
      }
    }
    return missing;
  }

  private void configure(
      ChainAccess network,
      OperatorKey key,
      Digest id,
      List<URI> validatorUrls,
      SubnetModels missing)
      throws InterruptedException {
    NetworkContracts contracts = network.contracts();
    long version = contracts.subnets().subnets(id).on(network.chain()).version() + 1;
    err().println("asking the validators to sign version " + version + " of its models");
    err().flush();
    Quorum quorum;
    try (CommitteeClient committee =
        CommitteeClient.connect(
            validatorUrls, network.chain(), contracts, key, CommitteeSettings.standard())) {
      quorum = committee.approveConfig(new ConfigProposal(id, version, missing));
    } catch (NotAgreedException e) {
      throw new CommandException(
          e.getMessage()
              + ". The subnet exists: say the same again, with the same models and prices, since"
              + " validators sign one list for a version, ever.",
          e);
    }
    try (Wallet wallet = network.wallet(key, err())) {
      var _ =
          wallet.send(
              contracts
                  .subnets()
                  .configure(
                      id, ChainTerms.models(missing), quorum.seatsBits(), quorum.signatures()),
              "list the models");
    }
  }

  private List<URI> committee(ChainAccess network) {
    List<URI> known =
        validators.isEmpty()
            ? network.devnetValidators()
            : validators.stream().map(Endpoint::address).toList();
    if (known.isEmpty()) {
      throw wrong("--validator is missing (expected: http://host:port of each validator)");
    }
    return known;
  }
}
