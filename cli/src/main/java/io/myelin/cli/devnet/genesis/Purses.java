package io.myelin.cli.devnet.genesis;

import io.myelin.chain.ChainClient;
import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.abi.Reverts;
import io.myelin.chain.local.LocalChain;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.cli.CommandException;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Senders of the accounts that set a local network up, with ether for their gas. */
final class Purses implements AutoCloseable {
  private static final BigInteger ETHER = BigInteger.TEN.pow(18);
  private static final BigInteger GAS_MONEY = ETHER.multiply(BigInteger.valueOf(1_000));
  private static final int PATIENCE_SECONDS = 60;

  private final LocalChain anvil;
  private final ChainClient chain;
  private final ChainStore store;
  private final Map<Address, ChainSender> senders = new ConcurrentHashMap<>();

  Purses(LocalChain anvil, ChainClient chain, ChainStore store) {
    this.anvil = anvil;
    this.chain = chain;
    this.store = store;
  }

  /** Ether enough for whatever a local network does. */
  void gas(Address account) {
    if (chain.balance(account).compareTo(ETHER) < 0) {
      anvil.fund(account, GAS_MONEY);
    }
  }

  ChainSender sender(OperatorKey key) {
    return senders.computeIfAbsent(
        key.address(),
        address -> {
          gas(address);
          return ChainSender.start(
              chain,
              key,
              store.intents(chain.chainId(), chain.genesis(), address),
              SenderPolicy.local(),
              InstantSource.system());
        });
  }

  /** Does it and waits for it. What was done before is looked up on the chain by the caller. */
  void send(OperatorKey from, String what, ContractWrite write) {
    ChainSender sender = sender(from);
    try {
      TransactionOutcome outcome =
          sender
              .submit(TransactionIntent.of(what + "/" + chain.nonce(from.address()), write))
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!(outcome instanceof TransactionOutcome.Succeeded)) {
        throw new CommandException("the local network: " + what + ": " + text(outcome));
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new CommandException("the local network: " + what + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("stopped while starting", e);
    }
  }

  private static String text(TransactionOutcome outcome) {
    List<io.myelin.chain.abi.AbiError> errors = new ArrayList<>(ValidatorRegistry.ERRORS);
    errors.addAll(SubnetRegistry.ERRORS);
    errors.addAll(NodePool.ERRORS);
    return outcome.reason(new Reverts(errors)).map(RevertReason::text).orElseGet(outcome::toString);
  }

  @Override
  public void close() {
    senders.values().forEach(ChainSender::close);
    store.close();
  }
}
