package io.myelin.cli.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Machines of a network on this one: network namespaces of Linux, wired through a bridge in one
 * more namespace, with a firewall each. This machine itself is on the bridge with two addresses.
 * All of it goes when it is closed; what a killed run left is removed by the next.
 */
final class Wires implements AutoCloseable {
  /** Of this machine, in the test. */
  static final String HERE = "10.231.77.1";

  /** The other address of this machine. */
  static final String HERE_TOO = "10.231.77.2";

  private static final String NET = "10.231.77.";
  private static final String PREFIX = "myelin-";
  private static final int FIRST = 10;
  private static final long PATIENCE_SECONDS = 20;

  private final long id = ProcessHandle.current().pid();
  private final String port = "my" + Long.toString(id, Character.MAX_RADIX);
  private final Map<String, String> addresses = new LinkedHashMap<>();

  private Wires(List<String> names) {
    for (int place = 0; place < names.size(); place++) {
      addresses.put(names.get(place), NET + (FIRST + place));
    }
  }

  /** Why this machine cannot have any; empty when it can. */
  static Optional<String> missing() {
    List<String> absent =
        Stream.of("ip", "nft", "nsenter").filter(program -> find(program).isEmpty()).toList();
    if (!absent.isEmpty()) {
      return Optional.of(
          "%s missing (Debian: apt-get install iproute2 nftables util-linux)"
              .formatted(String.join(", ", absent)));
    }
    String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
    try {
      run("ip", "netns", "add", probe);
      try {
        run("ip", "netns", "exec", probe, "nft", "add", "table", "inet", "probe");
      } finally {
        run("ip", "netns", "del", probe);
      }
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of("network namespaces are not permitted: " + e.getMessage());
    }
  }

  /** Where a program is. */
  static Optional<Path> find(String program) {
    return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Wires these machines to each other. */
  static Wires create(List<String> names) {
    removeStale();
    Wires wires = new Wires(names);
    boolean whole = false;
    try {
      wires.lay();
      whole = true;
      return wires;
    } finally {
      if (!whole) {
        wires.close();
      }
    }
  }

  private void lay() {
    String hub = space("hub");
    run("ip", "netns", "add", hub);
    run("ip", "-n", hub, "link", "add", "bridge", "type", "bridge");
    run("ip", "-n", hub, "link", "set", "bridge", "up");
    run("ip", "link", "add", port, "type", "veth", "peer", "name", "here", "netns", hub);
    run("ip", "-n", hub, "link", "set", "here", "master", "bridge", "up");
    run("ip", "addr", "add", HERE + "/24", "dev", port);
    run("ip", "addr", "add", HERE_TOO + "/24", "dev", port);
    run("ip", "link", "set", port, "up");
    int number = 0;
    for (Map.Entry<String, String> machine : addresses.entrySet()) {
      String space = space(machine.getKey());
      String wire = "m" + number++;
      run("ip", "netns", "add", space);
      run(
          "ip", "-n", space, "link", "add", "wire", "type", "veth", "peer", "name", wire, "netns",
          hub);
      run("ip", "-n", hub, "link", "set", wire, "master", "bridge", "up");
      run("ip", "-n", space, "addr", "add", machine.getValue() + "/24", "dev", "wire");
      run("ip", "-n", space, "link", "set", "lo", "up");
      run("ip", "-n", space, "link", "set", "wire", "up");
      nft(machine.getKey(), "add table inet apart");
      nft(
          machine.getKey(),
          "add chain inet apart in { type filter hook input priority 0; policy accept; }");
      nft(
          machine.getKey(),
          "add chain inet apart out { type filter hook output priority 0; policy accept; }");
    }
  }

  /** A machine's address. */
  String address(String name) {
    String address = addresses.get(name);
    if (address == null) {
      throw new IllegalArgumentException(name + " (expected: one of " + addresses.keySet() + ")");
    }
    return address;
  }

  /** What starts a program on a machine. */
  List<String> on(String name) {
    return List.of("nsenter", "--net=/run/netns/" + space(name));
  }

  /** No packet passes between one machine and these addresses any more; nobody is told. */
  void cut(String name, Collection<String> others) {
    String set = others.stream().collect(Collectors.joining(", ", "{ ", " }"));
    nft(name, "add rule inet apart in ip saddr " + set + " drop");
    nft(name, "add rule inet apart out ip daddr " + set + " drop");
  }

  /** Of what each machine receives, so many of a hundred packets are lost. */
  void lose(int percent) {
    for (String name : addresses.keySet()) {
      nft(
          name,
          "add rule inet apart in iifname wire numgen random mod 100 < %d drop".formatted(percent));
    }
  }

  /** All packets pass again. */
  void heal() {
    for (String name : addresses.keySet()) {
      nft(name, "flush table inet apart");
    }
  }

  /** Addresses of some machines. */
  List<String> addresses(Collection<String> names) {
    return names.stream().map(this::address).toList();
  }

  @Override
  public void close() {
    List<String> all = new ArrayList<>(addresses.keySet());
    all.add("hub");
    for (String name : all) {
      if (Files.exists(Path.of("/run/netns", space(name)))) {
        run("ip", "netns", "del", space(name));
      }
    }
  }

  private String space(String name) {
    return PREFIX + id + "-" + name;
  }

  private void nft(String name, String command) {
    run("ip", "netns", "exec", space(name), "nft", command);
  }

  /** Namespaces whose test is dead. */
  private static void removeStale() {
    for (String line : run("ip", "netns", "list").lines().toList()) {
      String space = line.split(" ")[0];
      if (space.matches(PREFIX + "\\d+-.*")
          && ProcessHandle.of(Long.parseLong(space.split("-")[1])).isEmpty()) {
        run("ip", "netns", "del", space);
      }
    }
  }

  private static String run(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(find(program).orElseThrow().toString()));
    command.addAll(List.of(arguments));
    String said = "";
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return said;
      }
      process.destroyForcibly();
    } catch (IOException e) {
      throw new IllegalStateException(program + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException(
        "%s: %s".formatted(String.join(" ", command), said.strip().toLowerCase(Locale.ROOT)));
  }
}
