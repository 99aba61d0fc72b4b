package io.myelin.cli.chain;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.store.ChainStoreException;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.Inclusion;
import io.myelin.chain.transaction.IntentLog;
import io.myelin.chain.transaction.IntentStatus;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.StoredIntent;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.cli.CommandException;
import io.myelin.client.ClientException;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An account that sends transactions. Every command is a new wish, with an intent of its own in a
 * file; one that was cut short is finished by the next command of the account, and the same command
 * typed again takes it up instead of doing it twice.
 */
public final class Wallet implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long QUIET_SECONDS = 3;

  private final ChainClient chain;
  private final ChainStore store;
  private final ChainSender sender;
  private final List<TransactionIntent> cutShort;
  private final PrintWriter progress;

  private Wallet(
      ChainClient chain,
      ChainStore store,
      ChainSender sender,
      List<TransactionIntent> cutShort,
      PrintWriter progress) {
    this.chain = chain;
    this.store = store;
    this.sender = sender;
    this.cutShort = new ArrayList<>(cutShort);
    this.progress = progress;
  }

  static Wallet open(
      ChainClient chain, OperatorKey key, Path folder, SenderPolicy policy, PrintWriter progress) {
    Path file = folder.resolve(key.address() + ".db");
    ChainStore store;
    try {
      Files.createDirectories(folder);
      store = ChainStore.open(file);
    } catch (IOException e) {
      throw new CommandException(folder + " cannot be made: " + e.getMessage(), e);
    } catch (ChainStoreException e) {
      throw new CommandException(
          e.getMessage() + " Wait for the other command of this account to end.", e);
    }
    boolean opened = false;
    try {
      IntentLog intents = store.intents(chain.chainId(), chain.genesis(), key.address());
      List<TransactionIntent> cutShort =
          intents.unfinished().stream().map(StoredIntent::intent).toList();
      ChainSender sender = ChainSender.start(chain, key, intents, policy, InstantSource.system());
      opened = true;
      return new Wallet(chain, store, sender, cutShort, progress);
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  /** Who pays. */
  public Address address() {
    return sender.account();
  }

  /**
   * Sends, and waits until it is in the chain.
   *
   * @param what for people, as a command: "send 5 MYL to 0x…"
   * @throws CommandException when the contract refuses, saying why, or it takes too long; then it
   *     stays under way
   */
  public Inclusion send(ContractWrite write, String what) {
    return send(write.contract(), write.data(), write.valueWei(), write.description(), what);
  }

  /** As {@link #send(ContractWrite, String)}, of the chain's own coin. */
  public Inclusion pay(Address to, BigInteger wei, String what) {
    return send(Optional.of(to), Bytes.EMPTY, wei, "pay", what);
  }

  private Inclusion send(
      Optional<Address> to, Bytes data, BigInteger valueWei, String name, String what) {
    // The sender would wait for ether to arrive; a person wants to know now.
    if (chain.balance(address()).signum() == 0) {
      throw new CommandException(
          what
              + ": account "
              + address()
              + " has no ether to pay for gas: send it some (./myelin account send 0.1 "
              + address()
              + " --ether, with another key)");
    }
    TransactionIntent wish =
        new TransactionIntent(name + "/" + UUID.randomUUID(), to, data, valueWei);
    for (TransactionIntent earlier : List.copyOf(cutShort)) {
      cutShort.remove(earlier);
      if (isSame(earlier, wish)) {
        progress.println("taking up the same command, which was cut short: " + earlier.id());
        progress.flush();
        return await(earlier, what);
      }
      finish(earlier);
    }
    return await(wish, what);
  }

  private static boolean isSame(TransactionIntent one, TransactionIntent other) {
    return one.to().equals(other.to())
        && one.data().equals(other.data())
        && one.valueWei().equals(other.valueWei());
  }

  private void finish(TransactionIntent earlier) {
    progress.println("finishing what an earlier command began: " + earlier.id());
    try {
      await(earlier, earlier.id());
      progress.println("  done");
    } catch (ClientException e) {
      // What was refused then does not stop what is wanted now.
      progress.println("  " + e.getMessage());
    }
    progress.flush();
  }

  private Inclusion await(TransactionIntent intent, String what) {
    return switch (outcome(intent, what)) {
      case TransactionOutcome.Succeeded(Inclusion inclusion) -> inclusion;
      case TransactionOutcome.Reverted reverted ->
          throw new CommandException(
              what
                  + ": the contract refused, "
                  + Refusals.sentence(reverted)
                  + " (transaction 0x"
                  + reverted.inclusion().transaction()
                  + ")");
      case TransactionOutcome.Rejected rejected ->
          throw new CommandException(what + ": nothing was sent, " + Refusals.sentence(rejected));
      case TransactionOutcome.Displaced displaced ->
          throw new CommandException(
              what
                  + ": another program sends with this key ("
                  + displaced.message()
                  + "); look at ./myelin account show before you try again");
    };
  }

  private TransactionOutcome outcome(TransactionIntent intent, String what) {
    CompletableFuture<TransactionOutcome> future = sender.submit(intent);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String told = "";
    try {
      while (System.nanoTime() < deadline) {
        try {
          return future.get(QUIET_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          told = tell(intent.id(), told);
        }
      }
    } catch (ExecutionException e) {
      throw new CommandException(what + ": the sender stopped: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(
          what + ": interrupted; it is under way, and the same command takes it up", e);
    }
    throw new CommandException(
        what
            + ": not in the chain after "
            + PATIENCE.toMinutes()
            + " minutes; it is under way, and the same command takes it up");
  }

  private String tell(String id, String told) {
    String now =
        switch (sender.status(id).orElseGet(IntentStatus.Queued::new)) {
          case IntentStatus.Queued _ -> "waiting until it can be sent";
          case IntentStatus.Waiting waiting ->
              "waiting for a block"
                  + (waiting.attempts().isEmpty()
                      ? ""
                      : " that takes 0x" + waiting.attempts().getLast())
                  + (waiting.trouble().isEmpty() ? "" : " (" + waiting.trouble() + ")");
          case IntentStatus.Included included ->
              "in block " + included.inclusion().block().number() + ", waiting for more above it";
          case IntentStatus.Ended _ -> "ended";
        };
    if (!now.equals(told)) {
      progress.println(now);
      progress.flush();
    }
    return now;
  }

  @Override
  public void close() {
    sender.close();
    store.close();
  }
}
