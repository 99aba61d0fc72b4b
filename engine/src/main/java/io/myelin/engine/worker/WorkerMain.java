package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineFactory;
import io.myelin.engine.InferenceEngine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The worker process: makes the engine a factory names, offers it over a Unix domain socket, and
 * ends when its parent does. It says over standard output, once, whether it listens.
 */
public final class WorkerMain {
  static final String LISTENING = "myelin-worker listening";
  static final String FAILED = "myelin-worker failed ";

  private static final long CLOSE_SECONDS = 5;

  private WorkerMain() {}

  /**
   * Runs until the parent ends.
   *
   * @param args socket path, parent's process id, class name of an {@link EngineFactory}, and its
   *     arguments
   */
  public static void main(String[] args) {
    if (args.length < 3) {
      System.err.println("usage: WorkerMain SOCKET PARENT_PID FACTORY [ARGUMENT...]");
      Runtime.getRuntime().halt(2);
    }
    // Native code and libraries may print; only the one line of the handshake belongs on stdout.
    PrintStream handshake = System.out;
    System.setOut(System.err);
    Path socket = Path.of(args[0]);
    CountDownLatch parentGone = new CountDownLatch(1);
    watchParent(Long.parseLong(args[1]), parentGone);
    int status = 0;
    try (InferenceEngine engine = create(args[2], Arrays.asList(args).subList(3, args.length));
        WorkerServer _ = WorkerServer.listen(engine, socket)) {
      handshake.println(LISTENING);
      handshake.flush();
      parentGone.await();
      haltLater(0);
    } catch (EngineException e) {
      status = refuse(handshake, e.kind(), String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      status = refuse(handshake, EngineException.Kind.OUT_OF_MEMORY, e.toString());
    } catch (InterruptedException e) {
      status = 1;
    } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
      e.printStackTrace();
      status = refuse(handshake, EngineException.Kind.INTERNAL, e.toString());
    }
    cleanUp(socket, parentGone.getCount() == 0);
    // Not exit(): threads of native code must not keep the process.
    Runtime.getRuntime().halt(status);
  }

  private static InferenceEngine create(String factory, List<String> arguments)
      throws ReflectiveOperationException {
    return Class.forName(factory)
        .asSubclass(EngineFactory.class)
        .getConstructor()
        .newInstance()
        .create(arguments);
  }

  private static int refuse(PrintStream handshake, EngineException.Kind kind, String message) {
    handshake.println(FAILED + kind + " " + message.replaceAll("\\s+", " "));
    handshake.flush();
    return 3;
  }

  // Standard input is a pipe that only the parent holds: it ends with the parent, however it dies.
  private static void watchParent(long pid, CountDownLatch gone) {
    ProcessHandle.of(pid)
        .ifPresentOrElse(
            parent -> {
              var _ = parent.onExit().thenRun(() -> end(gone));
            },
            () -> end(gone));
    Thread.ofPlatform()
        .daemon()
        .name("worker-parent")
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is ever sent; only the end counts.
                }
              } catch (IOException e) {
                // As good as the end.
              }
              end(gone);
            });
  }

  private static void end(CountDownLatch gone) {
    gone.countDown();
    // Also while a model is being loaded, when nobody waits for the latch.
    haltLater(0);
  }

  private static void haltLater(int status) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(CLOSE_SECONDS);
              } catch (InterruptedException e) {
                // Then at once.
              }
              Runtime.getRuntime().halt(status);
            });
  }

  // The folder is the parent's, which uses it again for the next worker.
  private static void cleanUp(Path socket, boolean folderToo) {
    try {
      Files.deleteIfExists(socket);
      Path folder = socket.getParent();
      if (folderToo && folder != null) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      // The parent deletes it too; what is left is an empty folder.
    }
  }
}
