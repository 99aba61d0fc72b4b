package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.client.ClientException;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits for nodes, as anyone could: by asking the gateway. */
final class Waiting {
  private static final long POLL_MILLIS = 50;

  private Waiting() {}

  /** Until the gateway answers. */
  static void untilHealthy(URI gateway, Member member, Duration patience) {
    try (GatewayClient client = new GatewayClient(new Endpoint(gateway, ""))) {
      until(
          () -> {
            client.get("/health");
            return true;
          },
          List.of(member),
          patience,
          member.name() + " does not answer at " + gateway);
    }
  }

  /** Until somebody listens there. */
  static void untilListening(URI url, Member member, Duration patience) {
    until(
        () -> {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), 1_000);
            return true;
          } catch (IOException e) {
            return false;
          }
        },
        List.of(member),
        patience,
        member.name() + " does not answer at " + url);
  }

  /** Until a file is there; what is in it, without what surrounds it. */
  static String untilWritten(Path file, Member member, Duration patience) {
    until(
        () -> Files.exists(file) && !read(file).isEmpty(),
        List.of(member),
        patience,
        member.name() + " has not written " + file);
    return read(file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Until the gateway lists all of these nodes. */
  static void untilJoined(URI gateway, List<Member> nodes, Duration patience) {
    Set<String> missing = new HashSet<>();
    nodes.forEach(node -> missing.add(node.id().toString()));
    try (GatewayClient client = new GatewayClient(new Endpoint(gateway, ""))) {
      until(
          () -> {
            for (JsonNode node : client.get("/api/v1/nodes").path("nodes")) {
              missing.remove(node.path("id").asText());
            }
            return missing.isEmpty();
          },
          nodes,
          patience,
          "compute nodes did not join " + gateway);
    }
  }

  private static void until(
      BooleanSupplier done, List<Member> members, Duration patience, String failure) {
    CompletableFuture<?>[] ends =
        members.stream()
            .map(m -> m.ended().thenApply(why -> m.name() + " ended: " + why))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Object> firstEnd = CompletableFuture.anyOf(ends);
    long deadline = System.nanoTime() + patience.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      try {
        if (done.getAsBoolean()) {
          return;
        }
      } catch (ClientException e) {
        last = ": " + e.getMessage();
      }
      try {
        throw new CommandException(
            String.valueOf(firstEnd.get(POLL_MILLIS, TimeUnit.MILLISECONDS)));
      } catch (TimeoutException e) {
        // Not yet.
      } catch (ExecutionException e) {
        throw new CommandException(failure + ": " + e.getCause(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandException("interrupted", e);
      }
    }
    throw new CommandException(failure + " within " + patience.toSeconds() + " s" + last);
  }
}
