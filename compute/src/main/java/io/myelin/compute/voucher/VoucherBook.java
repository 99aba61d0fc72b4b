package io.myelin.compute.voucher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeVoucher;
import io.myelin.v1.Voucher;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's vouchers, one file for each session: the last one proves all that the node has earned in
 * it, and is what it shows when a gateway settles less. A voucher is on disk before it counts.
 */
public final class VoucherBook {
  private static final Logger log = LoggerFactory.getLogger(VoucherBook.class);
  private static final String SUFFIX = ".voucher";
  private static final String GATEWAY_HEX = "[0-9a-f]{40}";

  private final Path folder;
  private final Address node;
  private final Eip712Domain domain;

  @GuardedBy("this")
  private final Map<ByteString, Held> held = new HashMap<>();

  @GuardedBy("this")
  private final Map<ByteString, Long> unpaid = new HashMap<>();

  /**
   * A voucher, and who signed it.
   *
   * @param earnedWei before the split
   */
  public record Held(
      Address gateway, SessionId session, long tasks, BigInteger earnedWei, Signature signature) {}

  private VoucherBook(Path folder, Address node, Eip712Domain domain) {
    this.folder = folder;
    this.node = node;
    this.domain = domain;
  }

  /**
   * Opens the folder, or makes it.
   *
   * @throws IOException when it cannot be used
   */
  public static VoucherBook open(Path folder, Address node, Eip712Domain domain)
      throws IOException {
    Files.createDirectories(folder);
    VoucherBook book = new VoucherBook(folder, node, domain);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        book.load(file);
      }
    }
    return book;
  }

  private synchronized void load(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    String gateway = name.substring(Math.max(0, name.indexOf('-') + 1)).replace(SUFFIX, "");
    try {
      if (!gateway.matches(GATEWAY_HEX)) {
        throw new IllegalArgumentException("name (expected: session-gateway" + SUFFIX + ")");
      }
      Voucher voucher = Voucher.parseFrom(Files.readAllBytes(file));
      held.put(voucher.getSessionId(), read(Address.parse("0x" + gateway), voucher));
    } catch (IllegalArgumentException | com.google.protobuf.InvalidProtocolBufferException e) {
      log.error("{} is no voucher and is left alone: {}", file, e.getMessage());
    }
  }

  /** Throws IllegalArgumentException when the gateway did not sign it for this node. */
  private Held read(Address gateway, Voucher voucher) {
    SessionId session = SessionId.of(voucher.getSessionId().toByteArray());
    BigInteger earnedWei = new BigInteger(1, voucher.getEarnedWei().toByteArray());
    Signature signature = Signature.of(voucher.getSignature().toByteArray());
    NodeVoucher statement = new NodeVoucher(session, node, voucher.getTasks(), earnedWei);
    if (!Signers.signedBy(gateway, domain.digest(statement), signature)) {
      throw new IllegalArgumentException("signature: not by gateway " + gateway);
    }
    return new Held(gateway, session, voucher.getTasks(), earnedWei, signature);
  }

  /**
   * Keeps a voucher that says more than the one before; blocks until it is on disk.
   *
   * @throws IOException when it cannot be stored
   * @throws IllegalArgumentException when it is not the gateway's for this node
   */
  public synchronized void accept(Address gateway, Voucher voucher) throws IOException {
    Held next = read(gateway, voucher);
    Held before = held.get(voucher.getSessionId());
    if (before != null && before.earnedWei().compareTo(next.earnedWei()) > 0) {
      return;
    }
    String name = next.session().hex() + "-" + gateway.toString().substring(2);
    Path file = folder.resolve(name + SUFFIX);
    Path fresh = folder.resolve(name + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = voucher.toByteString().asReadOnlyByteBuffer();
      while (bytes.hasRemaining()) {
        int _ = channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    held.put(voucher.getSessionId(), next);
    long news = next.tasks() - (before == null ? 0 : before.tasks());
    unpaid.computeIfPresent(
        voucher.getSessionId(), (_, count) -> count > news ? Long.valueOf(count - news) : null);
  }

  /** Notes that a task of the session completed with this node's commitment. */
  public synchronized void completed(ByteString session) {
    unpaid.merge(session, 1L, Long::sum);
  }

  /** Tasks of the session that no voucher covers yet. */
  public synchronized long unpaid(ByteString session) {
    return unpaid.getOrDefault(session, 0L);
  }

  /** The newest voucher of a session. */
  public synchronized Optional<Held> of(SessionId session) {
    return Optional.ofNullable(held.get(ByteString.copyFrom(session.bytes())));
  }
}
