import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Switches the network's defences off, one after the other, and demands that a test fails each
 * time. The list is {@code .ci/defences.txt}; the work is done in a copy of the tree, which is
 * deleted at the end. Each test runs once with all defences on first: one that fails then shows
 * nothing when it fails again.
 *
 * <p>{@code java .ci/Defences.java [--list] [TEXT]}: with {@code --list} only looks whether each
 * line of code that is to be changed is there once; with a text only those whose name has it.
 */
public final class Defences {
  private static final Path LIST = Path.of(".ci", "defences.txt");
  private static final Set<String> NOT_COPIED =
      Set.of(".git", "node_modules", "failsafe-reports", "surefire-reports", ".cifuzz-corpus");
  private static final String NODE_MODULES = "node_modules";

  /** What is switched off, how, and which test must see it. */
  private record Defence(
      String name, String file, String module, String test, String code, String instead) {}

  private enum Outcome {
    /** A test failed: somebody would notice. */
    NOTICED,
    /** All went well without the defence: nobody would. */
    UNNOTICED,
    /** The change does not compile, or the test fails with the defence on as well. */
    BROKEN
  }

  /** The build that goes on, or the last one. */
  private static volatile Process running;

  private Defences() {}

  public static void main(String[] arguments) throws Exception {
    List<String> rest = new ArrayList<>(List.of(arguments));
    boolean onlyList = rest.remove("--list");
    String text = rest.isEmpty() ? "" : rest.getFirst().toLowerCase(Locale.ROOT);
    List<Defence> all =
        read(Files.readAllLines(LIST)).stream()
            .filter(one -> one.name().toLowerCase(Locale.ROOT).contains(text))
            .toList();
    int wrong = 0;
    for (Defence one : all) {
      int found = count(Files.readString(Path.of(one.file())), one.code());
      if (found != 1) {
        System.out.printf("%s: its code is %d times in %s (expected: once)%n", one.name(), found, one.file());
        wrong++;
      }
    }
    if (onlyList || wrong > 0) {
      System.out.printf("%d defences, %d of them not where the list says%n", all.size(), wrong);
      System.exit(wrong == 0 ? 0 : 1);
    }
    Path tree = Files.createTempDirectory("myelin-defences");
    // Runs however this ends: well, with an exception, or by Ctrl-C.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(tree)));
    copy(tree);
    long started = System.nanoTime();
    Set<String> failing = failing(tree, all);
    for (int i = 0; i < all.size(); i++) {
      Defence one = all.get(i);
      long began = System.nanoTime();
      Outcome outcome = failing.contains(test(one)) ? Outcome.BROKEN : without(tree, one);
      wrong += outcome == Outcome.NOTICED ? 0 : 1;
      System.out.printf(
          "%3d/%d  %-9s %4d s  %s  (%s)%n",
          i + 1,
          all.size(),
          outcome.name().toLowerCase(Locale.ROOT),
          (System.nanoTime() - began) / 1_000_000_000,
          one.name(),
          one.test());
    }
    System.out.printf(
        "%d defences switched off, %d of them unnoticed or broken, %d min%n",
        all.size(), wrong, (System.nanoTime() - started) / 60_000_000_000L);
    System.exit(wrong == 0 ? 0 : 1);
  }

  /** Blocks of "== name", "file", "test", then lines of code after "-" and what stands instead after "+". */
  private static List<Defence> read(List<String> lines) {
    List<Defence> all = new ArrayList<>();
    String name = null;
    String file = "";
    String[] test = {"", ""};
    List<String> code = new ArrayList<>();
    List<String> instead = new ArrayList<>();
    List<String> more = new ArrayList<>(lines);
    more.add("== end");
    for (String line : more) {
      if (line.startsWith("== ")) {
        if (name != null) {
          all.add(
              new Defence(
                  name, file, test[0], test[1], String.join("\n", code), String.join("\n", instead)));
        }
        name = line.substring(3);
        code.clear();
        instead.clear();
      } else if (line.startsWith("file ")) {
        file = line.substring(5).strip();
      } else if (line.startsWith("test ")) {
        test = line.substring(5).strip().split(" ", 2);
      } else if (line.startsWith("-")) {
        code.add(line.substring(1));
      } else if (line.startsWith("+")) {
        instead.add(line.substring(1));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new IllegalArgumentException(LIST + ": \"" + line + "\" (expected: == file test - + #)");
      }
    }
    return all;
  }

  private static int count(String text, String code) {
    int times = 0;
    for (int at = text.indexOf(code); at >= 0; at = text.indexOf(code, at + 1)) {
      times++;
    }
    return times;
  }

  /** The tests that do not pass with all defences on. */
  private static Set<String> failing(Path tree, List<Defence> all)
      throws IOException, InterruptedException {
    Set<String> seen = new HashSet<>();
    Set<String> failing = new HashSet<>();
    for (Defence one : all) {
      if (seen.add(test(one)) && run(tree, one) != Outcome.UNNOTICED) {
        failing.add(test(one));
        System.out.printf("%s fails with all defences on%n", test(one));
      }
    }
    System.out.printf("%d tests with all defences on, %d of them fail%n", seen.size(), failing.size());
    return failing;
  }

  private static String test(Defence one) {
    return one.module() + " " + one.test();
  }

  private static Outcome without(Path tree, Defence one) throws IOException, InterruptedException {
    Path file = tree.resolve(one.file());
    String before = Files.readString(file);
    Files.writeString(file, before.replace(one.code(), one.instead()));
    try {
      return run(tree, one);
    } finally {
      Files.writeString(file, before);
    }
  }

  private static Outcome run(Path tree, Defence one) throws IOException, InterruptedException {
    boolean slow = one.test().replaceAll("#.*", "").endsWith("IT");
    List<String> command =
        new ArrayList<>(
            List.of(
                "mvn", "-B", "-ntp", "-q", "-Dstyle.color=never", "-pl", one.module(), "-am",
                // Without the checks of code that only a careless defence would offend.
                "-Pquick", "-Dmaven.test.skip=false",
                "-Dspotless.check.skip=true", "-Dmyelin.fuzz.skip=true",
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dfailsafe.failIfNoSpecifiedTests=false",
                "-Dtest=" + (slow ? "NoUnitTest" : one.test()),
                slow ? "-Dit.test=" + one.test() : "-DskipITs=true"));
    if (!one.file().startsWith("contracts/src")) {
      command.add("-Dmyelin.contracts.skip=true");
    }
    command.add("verify");
    Path log = tree.resolve("target-defence.log");
    Process build =
        new ProcessBuilder(command)
            .directory(tree.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    running = build;
    int status = build.waitFor();
    // Native engines may write bytes that are no text.
    String said = new String(Files.readAllBytes(log), java.nio.charset.StandardCharsets.ISO_8859_1);
    boolean failed = said.contains("<<< FAILURE!") || said.contains("<<< ERROR!");
    if (status == 0) {
      return Outcome.UNNOTICED;
    }
    return failed ? Outcome.NOTICED : Outcome.BROKEN;
  }

  private static void copy(Path to) throws IOException {
    Path from = Path.of("").toAbsolutePath();
    System.out.println("in a copy of the tree, " + to);
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(String.valueOf(folder.getFileName()))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
    Files.createSymbolicLink(to.resolve(NODE_MODULES), from.resolve(NODE_MODULES));
  }

  /** Links are deleted, not what they lead to. */
  private static void delete(Path tree) {
    try {
      Process build = running;
      if (build != null) {
        build.descendants().forEach(ProcessHandle::destroyForcibly);
        build.destroyForcibly().onExit().join();
      }
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              // Somebody else deleted it first.
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.out.println("the copy is not deleted in full: " + e);
    }
  }
}
