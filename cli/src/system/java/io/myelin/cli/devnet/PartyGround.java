package io.myelin.cli.devnet;

import io.myelin.cli.devnet.fault.FaultPlan;
import io.myelin.cli.node.EngineSource;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.work.VerificationLevel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/** A running local network of which some fail on purpose, and what is told of them. */
final class PartyGround implements AutoCloseable {
  static final String MODEL = ModelCatalogue.DEFAULT_MODEL.id();
  static final int NODES = 3;

  private final Devnet devnet;
  private final StringWriter told = new StringWriter();
  private final PartyScene scene;

  private PartyGround(Devnet devnet) {
    this.devnet = devnet;
    this.scene = new PartyScene(devnet, MODEL, new PrintWriter(told, true));
  }

  static PartyGround start(Path data, int gateways, int validators, String... faults) {
    FaultPlan plan =
        FaultPlan.parse(List.of(faults), new FaultPlan.Size(NODES, validators, gateways));
    Devnet devnet =
        Devnet.prepare(
            new DevnetPlan(
                "127.0.0.1",
                0,
                1,
                gateways,
                NODES,
                validators,
                VerificationLevel.SAMPLED,
                data,
                false,
                plan.nodes(),
                plan.nodeTexts(),
                plan.parties()),
            EngineSource.prepare(List.of(MODEL), FetchProgress.SILENT));
    boolean whole = false;
    try {
      devnet.start();
      whole = true;
      return new PartyGround(devnet);
    } finally {
      if (!whole) {
        devnet.close();
      }
    }
  }

  PartyScene scene() {
    return scene;
  }

  /** All that was said since this was asked the last time; it stands in the test's output too. */
  String told() {
    String text = told.toString();
    told.getBuffer().setLength(0);
    System.out.println(text);
    return text;
  }

  @Override
  public void close() {
    devnet.close();
  }
}
