package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.chain.BlockUnknownException;
import io.myelin.chain.Bytes;
import io.myelin.chain.Call;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EndpointsFailedException;
import io.myelin.chain.EventLog;
import io.myelin.chain.FeeMarket;
import io.myelin.chain.LogFilter;
import io.myelin.chain.RangeRefusedException;
import io.myelin.chain.RevertedException;
import io.myelin.chain.RpcException;
import io.myelin.chain.TransactionReceipt;
import io.myelin.chain.TransactionRefusedException;
import io.myelin.chain.TransactionRefusedException.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** {@link ChainClient} over JSON-RPC. */
public final class RpcChainClient implements ChainClient {
  private static final long COMPARE_NANOS = Duration.ofSeconds(15).toNanos();
  private static final long NEVER = -1;
  private static final String BLOCK_BY_NUMBER = "eth_getBlockByNumber";

  private final Endpoints endpoints;
  private final ChainSettings settings;
  private final LongSupplier nanoTime;
  private final AtomicLong highest = new AtomicLong(NEVER);
  private final AtomicLong comparedAt;

  private RpcChainClient(Endpoints endpoints, ChainSettings settings, LongSupplier nanoTime) {
    this.endpoints = endpoints;
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.comparedAt = new AtomicLong(nanoTime.getAsLong() - COMPARE_NANOS);
  }

  /** Nothing is connected until the first question. */
  public static RpcChainClient connect(ChainSettings settings) {
    return connect(settings, System::nanoTime);
  }

  /** The same by another clock. */
  static RpcChainClient connect(ChainSettings settings, LongSupplier nanoTime) {
    return new RpcChainClient(Endpoints.connect(settings, nanoTime), settings, nanoTime);
  }

  @Override
  public long chainId() {
    return settings.chainId();
  }

  @Override
  public Digest genesis() {
    return endpoints
        .genesis()
        .orElseGet(
            () -> {
              block(0);
              return endpoints
                  .genesis()
                  .orElseThrow(() -> new EndpointsFailedException("no endpoint showed block 0"));
            });
  }

  @Override
  public BlockHeader head() {
    long now = nanoTime.getAsLong();
    long last = comparedAt.get();
    if (endpoints.size() > 1
        && now - last >= COMPARE_NANOS
        && comparedAt.compareAndSet(last, now)) {
      Optional<BlockHeader> agreed = endpoints.compareHeads();
      if (agreed.isPresent()) {
        return accept(agreed.get());
      }
    }
    BlockHeader claimed = plain(BLOCK_BY_NUMBER, Frames.parameters("latest", false), Json::header);
    long before = highest.get();
    boolean odd = before != NEVER && Math.abs(claimed.number() - before) > settings.maxLagBlocks();
    if (odd && endpoints.size() > 1) {
      // Far ahead or far behind: the others are asked before it is believed.
      comparedAt.set(now);
      return accept(endpoints.compareHeads().orElse(claimed));
    }
    return accept(claimed);
  }

  private BlockHeader accept(BlockHeader head) {
    highest.set(head.number());
    return head;
  }

  @Override
  public Optional<BlockHeader> block(long number) {
    // An endpoint that is a little behind does not have it yet; another may.
    Optional<BlockHeader> block =
        plain(
            BLOCK_BY_NUMBER,
            Frames.parameters(Json.hex(number), false),
            Json::optionalHeader,
            answer -> answer.isPresent() || number > highest.get());
    if (block.isPresent() && block.get().number() != number) {
      throw new EndpointsFailedException(
          "asked for block " + number + ", an endpoint showed " + block.get().number());
    }
    return block;
  }

  @Override
  public List<EventLog> logs(LogFilter filter, long first, long last) {
    ObjectNode query = Json.filter(filter);
    query.put("fromBlock", Json.hex(first)).put("toBlock", Json.hex(last));
    return logs(
        query, filter, log -> log.block().number() >= first && log.block().number() <= last);
  }

  @Override
  public List<EventLog> logs(LogFilter filter, BlockRef block) {
    ObjectNode query = Json.filter(filter);
    query.put("blockHash", Json.hex(block.hash()));
    return logs(query, filter, log -> log.block().equals(block));
  }

  private List<EventLog> logs(
      ObjectNode query, LogFilter filter, java.util.function.Predicate<EventLog> inRange) {
    try {
      return endpoints.ask(
          "eth_getLogs",
          Frames.parameters(query),
          result -> {
            List<EventLog> logs = Json.logs(result, filter);
            if (!logs.stream().allMatch(inRange)) {
              throw new IllegalArgumentException("a log of a block nobody asked for");
            }
            return logs.stream()
                .sorted(
                    Comparator.comparingLong((EventLog log) -> log.block().number())
                        .thenComparingInt(EventLog::index))
                .toList();
          });
    } catch (RefusalException e) {
      if (e.says("unknown block", "not found", "unknown hash")) {
        throw new BlockUnknownException("eth_getLogs: " + e.getMessage());
      }
      if (e.code() == -32005
          || e.says("range", "more than", "too many", "too large", "limit", "exceed", "max")) {
        throw new RangeRefusedException("eth_getLogs: " + e.getMessage());
      }
      throw new RpcException("eth_getLogs: " + e.getMessage(), e.code());
    }
  }

  @Override
  public Bytes call(Call call) {
    return simulate("eth_call", Frames.parameters(Json.call(call), "latest"), Json::bytes);
  }

  @Override
  public Bytes call(Call call, long blockNumber) {
    return simulate(
        "eth_call", Frames.parameters(Json.call(call), Json.hex(blockNumber)), Json::bytes);
  }

  @Override
  public long estimateGas(Call call) {
    return simulate(
        "eth_estimateGas", Frames.parameters(Json.call(call), "pending"), Json::quantity);
  }

  private <T> T simulate(String method, ArrayNode parameters, Endpoint.Answer<T> reader) {
    try {
      return endpoints.ask(method, parameters, reader);
    } catch (RefusalException e) {
      if (e.code() == 3 || !e.data().isEmpty() || e.says("revert", "invalid opcode")) {
        throw new RevertedException(method + ": " + e.getMessage(), e.data());
      }
      if (e.says("insufficient funds", "insufficient balance", "out of funds")) {
        throw new TransactionRefusedException(
            Reason.INSUFFICIENT_FUNDS, method + ": " + e.getMessage());
      }
      throw new RpcException(method + ": " + e.getMessage(), e.code());
    }
  }

  @Override
  public FeeMarket fees() {
    ArrayNode query = Frames.parameters("0xa", "latest");
    query.addArray().add(50);
    FeeMarket market = plain("eth_feeHistory", query, Json::feeMarket);
    if (market.tipWei().signum() > 0) {
      return market;
    }
    try {
      // Empty blocks tell no tip; the endpoint's own advice does.
      BigInteger advice = endpoints.ask("eth_maxPriorityFeePerGas", Frames.parameters(), Json::wei);
      return new FeeMarket(market.nextBaseFeeWei(), advice);
    } catch (RefusalException | ChainException e) {
      return market;
    }
  }

  @Override
  public long nonce(Address account) {
    return plain("eth_getTransactionCount", Frames.parameters(account, "latest"), Json::quantity);
  }

  @Override
  public long pendingNonce(Address account) {
    return plain("eth_getTransactionCount", Frames.parameters(account, "pending"), Json::quantity);
  }

  @Override
  public BigInteger balance(Address account) {
    return plain("eth_getBalance", Frames.parameters(account, "latest"), Json::wei);
  }

  @Override
  public Bytes code(Address account) {
    return plain("eth_getCode", Frames.parameters(account, "latest"), Json::bytes);
  }

  @Override
  public Optional<TransactionReceipt> receipt(Digest transaction) {
    return plain(
        "eth_getTransactionReceipt",
        Frames.parameters(Json.hex(transaction)),
        result -> {
          Optional<TransactionReceipt> receipt = Json.receipt(result);
          if (receipt.isPresent() && !receipt.get().transaction().equals(transaction)) {
            throw new IllegalArgumentException("the receipt of another transaction");
          }
          return receipt;
        },
        Optional::isPresent);
  }

  @Override
  public Optional<Bytes> input(Digest transaction) {
    return plain(
        "eth_getTransactionByHash",
        Frames.parameters(Json.hex(transaction)),
        Json::input,
        Optional::isPresent);
  }

  @Override
  public void send(Bytes signed, Digest hash) {
    try {
      Digest answered =
          endpoints.ask("eth_sendRawTransaction", Frames.parameters(signed), Json::digest);
      if (!answered.equals(hash)) {
        throw new EndpointsFailedException(
            "an endpoint took transaction " + hash + " and calls it " + answered);
      }
    } catch (RefusalException e) {
      if (!e.says(
          "already known",
          "already imported",
          "known transaction",
          "alreadyknown",
          "already exists")) {
        throw new TransactionRefusedException(reason(e), "transaction refused: " + e.getMessage());
      }
    }
  }

  private static Reason reason(RefusalException e) {
    if (e.says("nonce too low", "nonce is too low", "oldnonce", "invalid nonce")) {
      return Reason.NONCE_USED;
    }
    if (e.says("replacement transaction underpriced", "replacement", "could not replace")) {
      return Reason.REPLACEMENT_UNDERPRICED;
    }
    if (e.says("underpriced", "less than block base fee", "fee too low", "feetoolow")) {
      return Reason.UNDERPRICED;
    }
    if (e.says("insufficient funds", "insufficient balance", "insufficientfunds")) {
      return Reason.INSUFFICIENT_FUNDS;
    }
    return Reason.OTHER;
  }

  private <T> T plain(String method, ArrayNode parameters, Endpoint.Answer<T> reader) {
    return plain(method, parameters, reader, _ -> true);
  }

  private <T> T plain(
      String method,
      ArrayNode parameters,
      Endpoint.Answer<T> reader,
      java.util.function.Predicate<T> enough) {
    try {
      return endpoints.ask(method, parameters, reader, enough);
    } catch (RefusalException e) {
      throw new RpcException(method + ": " + e.getMessage(), e.code());
    }
  }

  @Override
  public void close() {
    endpoints.close();
  }
}
