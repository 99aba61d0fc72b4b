package io.myelin.compute.round;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.google.protobuf.ByteString;
import io.myelin.protocol.cognitive.RoundNode.Made;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent.Kind;
import io.myelin.v1.StoredRoundContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node made in rounds, on its disk before the chain hears of it: who is bound and forgot
 * could not reveal. For any thread.
 */
final class RoundFiles {
  private static final Logger logger = LoggerFactory.getLogger(RoundFiles.class);
  private static final String ENDING = ".pb";
  private static final String TEMPORARY = ".tmp";

  private final Path folder;

  /**
   * Something made.
   *
   * @param made what the chain is told of it
   * @param content all of it, for validators
   */
  record Held(Made made, ByteString content) {}

  private RoundFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens a folder, making it when absent.
   *
   * @throws IOException when it cannot be made
   */
  static RoundFiles open(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new RoundFiles(folder);
  }

  private Path file(long number, Kind kind) {
    return folder.resolve(number + "-" + kind.getNumber() + ENDING);
  }

  /** What was made in a round. */
  synchronized Map<Kind, Held> held(long number) throws IOException {
    Map<Kind, Held> held = new EnumMap<>(Kind.class);
    for (Kind kind : List.of(Kind.KIND_TOPIC, Kind.KIND_QUESTIONS, Kind.KIND_ANSWER)) {
      Path file = file(number, kind);
      if (Files.exists(file)) {
        held.put(kind, held(StoredRoundContent.parseFrom(Files.readAllBytes(file))));
      }
    }
    return held;
  }

  private static Held held(StoredRoundContent stored) {
    Salt salt = Salt.of(stored.getSalt().toByteArray());
    Digest digest = Sha256.hash(stored.getContent().toByteArray());
    return new Held(new Made(digest, salt, Sha256.hash(salt, digest)), stored.getContent());
  }

  /** Writes; it is on disk when this returns. What was made before stays. */
  synchronized void keep(long number, RoundWork work, Salt salt) throws IOException {
    Path target = file(number, work.kind());
    if (Files.exists(target)) {
      return;
    }
    StoredRoundContent stored =
        StoredRoundContent.newBuilder()
            .setContent(work.bytes())
            .setSalt(ByteString.copyFrom(salt.bytes()))
            .build();
    Path temporary = folder.resolve(target.getFileName() + TEMPORARY);
    try (FileChannel channel = FileChannel.open(temporary, CREATE, WRITE, TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(stored.toByteArray());
      while (bytes.hasRemaining()) {
        int _ = channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(folder, READ)) {
      directory.force(true);
    }
  }

  /** Forgets rounds before this one. */
  synchronized void forgetBefore(long number) throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      int dash = name.indexOf('-');
      try {
        if (dash > 0 && Long.parseLong(name.substring(0, dash)) < number) {
          Files.delete(file);
        }
      } catch (NumberFormatException e) {
        logger.warn("{} does not belong here and is left alone", file);
      }
    }
  }
}
