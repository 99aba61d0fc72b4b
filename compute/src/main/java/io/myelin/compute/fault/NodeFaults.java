package io.myelin.compute.fault;

import io.myelin.compute.link.Dialer;
import io.myelin.compute.round.RoundConduct;
import io.myelin.compute.task.CommitSigner;
import io.myelin.compute.task.TaskOutput;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.crypto.Sha256;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts faults between a node and its parts; the node itself stays the honest one. */
public final class NodeFaults {
  private static final Logger logger = LoggerFactory.getLogger(NodeFaults.class);

  private static final int BOAST = 10;

  private final List<Fault> faults;
  private final Runnable crash;
  private final Function<String, InferenceEngine> copies;

  /**
   * Faults of one node.
   *
   * @param crash ends the node without a word
   */
  public NodeFaults(List<Fault> faults, Runnable crash) {
    this(
        faults,
        crash,
        type -> {
          throw new IllegalArgumentException(
              "substitute:" + type + " (expected: a node that has the model's file)");
        });
  }

  /**
   * The same with copies of its models.
   *
   * @param copies an engine on a copy of a quantisation, which the caller closes
   */
  public NodeFaults(List<Fault> faults, Runnable crash, Function<String, InferenceEngine> copies) {
    this.copies = copies;
    this.faults = List.copyOf(faults);
    this.crash = crash;
  }

  /** The engine as the faulty node uses it. */
  public InferenceEngine engine(InferenceEngine honest) {
    InferenceEngine engine = honest;
    for (Fault fault : faults) {
      switch (fault) {
        case Fault.CrashOnOffer f -> engine = new FaultyEngine(engine, f, this::crash);
        case Fault.CrashAtToken f -> engine = new FaultyEngine(engine, f, this::crash);
        case Fault.Stall f -> engine = new FaultyEngine(engine, f, this::crash);
        case Fault.Slow f -> engine = new FaultyEngine(engine, f, this::crash);
        case Fault.Substitute f ->
            engine = new TamperingEngine(engine, copies.apply(f.quantisation()), f);
        case Fault.Truncate f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Cold f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Edit f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Garbage f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Skip f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Inflate f -> engine = new TamperingEngine(engine, engine, f);
        case Fault.Cache _ -> engine = new CachingEngine(engine);
        case Fault.ShortContext f -> engine = new ShortEngine(engine, f.tokens());
        case Fault.CrashBeforePrecommit _,
            Fault.CrashBeforeCommit _,
            Fault.WrongCommit _,
            Fault.BoastSpeed _,
            Fault.BoastSlots _,
            Fault.Flood _,
            Fault.Silent _,
            Fault.Copy _ -> {}
      }
    }
    return engine;
  }

  /** The signer as the faulty node uses it. */
  public CommitSigner signer(CommitSigner honest) {
    return (offer, output) -> {
      if (faults.contains(new Fault.CrashBeforePrecommit())) {
        crash("before the precommit");
        throw new IllegalStateException("crashed on purpose");
      }
      boolean lie = faults.contains(new Fault.WrongCommit());
      return honest.sign(offer, lie ? lied(output) : output);
    };
  }

  private static TaskOutput lied(TaskOutput output) {
    return new TaskOutput(
        output.streamHead(),
        Sha256.hash(output.outputDigest()),
        output.result(),
        output.evidence(),
        output.embedding());
  }

  /** The engine that sits its exams: a cheat works as it should there, as far as it can. */
  public InferenceEngine examined(InferenceEngine honest) {
    InferenceEngine engine = honest;
    for (Fault fault : faults) {
      if (fault instanceof Fault.ShortContext f) {
        engine = new ShortEngine(engine, f.tokens());
      }
    }
    return engine;
  }

  /** How many slots it offers. */
  public int slots(int declared) {
    return faults.contains(new Fault.BoastSlots()) ? BOAST * declared : declared;
  }

  /** What a node with these faults does in cognitive rounds. */
  public static RoundConduct rounds(List<Fault> faults) {
    return new FaultyConduct(faults);
  }

  /** The dialler as the faulty node uses it. */
  public Dialer dialer(Dialer honest) {
    return new FaultyDialer(honest, faults, this::crash);
  }

  private void crash(String when) {
    logger.warn("Crashing on purpose: {}", when);
    crash.run();
  }
}
