package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.myelin.chain.BlockHeader;
import io.myelin.chain.EndpointsFailedException;
import io.myelin.chain.RpcException;
import io.myelin.chain.WrongChainException;
import io.myelin.protocol.ids.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All endpoints of one chain: a question goes to the best of them, and on to the next. */
final class Endpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
  private static final Duration WRONG_CHAIN_REST = Duration.ofMinutes(5);
  private static final Duration MISLEADING_REST = Duration.ofSeconds(30);

  private final List<Endpoint> endpoints;
  private final ChainSettings settings;
  private final Pause pause;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Waits; tests pass one that does not. */
  interface Pause {
    void rest(Duration duration) throws InterruptedException;
  }

  Endpoints(List<Endpoint> endpoints, ChainSettings settings, Pause pause) {
    this.endpoints = List.copyOf(endpoints);
    this.settings = settings;
    this.pause = pause;
  }

  static Endpoints connect(ChainSettings settings, LongSupplier nanoTime) {
    List<Endpoint> endpoints =
        settings.endpoints().stream()
            .map(
                uri ->
                    new Endpoint(
                        uri,
                        Endpoint.transport(uri, settings.connectTimeout()),
                        settings,
                        nanoTime))
            .toList();
    return new Endpoints(endpoints, settings, Thread::sleep);
  }

  /** The answer of the first endpoint that has one. */
  <T> T ask(String method, ArrayNode parameters, Endpoint.Answer<T> reader)
      throws RefusalException {
    return ask(method, parameters, reader, _ -> true);
  }

  /**
   * The first answer that will do; when none does, the first that came.
   *
   * @param enough whether an answer ends the search; others are asked otherwise, since an endpoint
   *     that is behind does not know yet what the others do
   */
  <T> T ask(String method, ArrayNode parameters, Endpoint.Answer<T> reader, Predicate<T> enough)
      throws RefusalException {
    List<String> failures = new ArrayList<>();
    int wrongChains = 0;
    @Nullable RefusalException refusal = null;
    for (int round = 0; round < settings.rounds(); round++) {
      List<T> insufficient = new ArrayList<>();
      for (Endpoint endpoint : byPreference()) {
        if (!insufficient.isEmpty() && endpoint.rests()) {
          // There is an answer: no waiting for one that is known to be bad.
          break;
        }
        try {
          T answer = endpoint.ask(method, parameters, reader);
          if (enough.test(answer)) {
            return answer;
          }
          insufficient.add(answer);
        } catch (RefusalException e) {
          if (!e.isPassing()) {
            throw e;
          }
          refusal = e;
          failures.add(endpoint.name() + ": " + e.getMessage());
        } catch (FaultException e) {
          LOG.debug("{}: {}", endpoint.name(), e.getMessage());
          failures.add(endpoint.name() + ": " + e.getMessage());
        } catch (Endpoint.WrongChain e) {
          wrongChains++;
          leave(endpoint, "wrong chain", WRONG_CHAIN_REST, e.getMessage());
          failures.add(e.getMessage());
        }
      }
      if (!insufficient.isEmpty()) {
        return insufficient.getFirst();
      }
      if (wrongChains == endpoints.size()) {
        throw new WrongChainException(String.join("; ", failures));
      }
      if (Thread.currentThread().isInterrupted() || !rest(round)) {
        break;
      }
    }
    if (refusal != null) {
      throw new RpcException(method + ": " + String.join("; ", failures), refusal.code());
    }
    throw new EndpointsFailedException(
        "no endpoint of chain "
            + settings.chainId()
            + " answered "
            + method
            + ": "
            + String.join("; ", failures));
  }

  private boolean rest(int round) {
    if (round + 1 >= settings.rounds()) {
      return false;
    }
    try {
      pause.rest(settings.roundPause());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Those that rest come last: when all rest, they are still tried. */
  private List<Endpoint> byPreference() {
    return endpoints.stream()
        .sorted(Comparator.comparingInt((Endpoint endpoint) -> endpoint.rests() ? 1 : 0))
        .toList();
  }

  int size() {
    return endpoints.size();
  }

  /** Hash of block 0 as the first endpoint that proved its chain showed it. */
  Optional<Digest> genesis() {
    return endpoints.stream()
        .map(Endpoint::genesis)
        .filter(genesis -> genesis != null)
        .findFirst()
        .map(genesis -> genesis);
  }

  /** Asks every endpoint for its head at once, and leaves those that are behind or lie. */
  Optional<BlockHeader> compareHeads() {
    List<Future<Optional<HeadJudge.Claim>>> asked = new ArrayList<>();
    for (int i = 0; i < endpoints.size(); i++) {
      int index = i;
      asked.add(threads.submit(() -> claim(index)));
    }
    List<HeadJudge.Claim> claims = new ArrayList<>();
    // One that is silent is not waited for to the end: the others' word is enough.
    long deadline = System.nanoTime() + settings.callTimeout().toNanos() / 2;
    for (Future<Optional<HeadJudge.Claim>> one : asked) {
      try {
        one.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
            .ifPresent(claims::add);
      } catch (TimeoutException e) {
        one.cancel(true);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } catch (java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException("a head could not be judged", e.getCause());
      }
    }
    HeadJudge.Verdict verdict = HeadJudge.judge(claims, settings.maxLagBlocks());
    verdict
        .lagging()
        .forEach(
            index ->
                leave(endpoints.get(index), "behind", MISLEADING_REST, "it is behind the others"));
    verdict
        .lying()
        .forEach(
            index ->
                leave(
                    endpoints.get(index),
                    "lying",
                    MISLEADING_REST,
                    "it claims a head that it cannot show, or that no other knows"));
    return verdict.head();
  }

  private Optional<HeadJudge.Claim> claim(int index) {
    Endpoint endpoint = endpoints.get(index);
    try {
      BlockHeader head =
          endpoint.ask("eth_getBlockByNumber", Frames.parameters("latest", false), Json::header);
      Optional<BlockHeader> again =
          endpoint.ask(
              "eth_getBlockByNumber",
              Frames.parameters(Json.hex(head.number()), false),
              Json::optionalHeader);
      // A branch may win between the two questions: another hash at the height is no lie.
      boolean shown = again.filter(block -> block.number() == head.number()).isPresent();
      return Optional.of(new HeadJudge.Claim(index, head, shown));
    } catch (Endpoint.WrongChain e) {
      leave(endpoint, "wrong chain", WRONG_CHAIN_REST, e.getMessage());
      return Optional.empty();
    } catch (FaultException | RefusalException e) {
      LOG.debug("{}: {}", endpoint.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private static void leave(Endpoint endpoint, String why, Duration rest, @Nullable String words) {
    if (!endpoint.rests() || !endpoint.health().why().equals(why)) {
      LOG.warn("endpoint {} is left for {} s: {}", endpoint.name(), rest.toSeconds(), words);
    }
    endpoint.mislead(why, rest);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    endpoints.forEach(Endpoint::close);
  }
}
