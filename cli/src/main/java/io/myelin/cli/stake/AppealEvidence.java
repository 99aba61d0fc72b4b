package io.myelin.cli.stake;

import com.google.protobuf.ByteString;
import io.myelin.cli.CommandException;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.StoredCommitment;
import io.myelin.v1.StoredWork;
import io.myelin.v1.WorkRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The work that a node was convicted by, found by its digest: in what a compute node keeps of its
 * tasks, or a validator of what it checked. A node does not know which of its answers make a run;
 * only a validator's file has that.
 */
final class AppealEvidence {
  private static final String FOLDER = "evidence";
  private static final String OF_A_VALIDATOR = ".pb";

  private final Address node;
  private final Digest digest;
  private final Eip712Domain domain;

  AppealEvidence(Address node, Digest digest, Eip712Domain domain) {
    this.node = node;
    this.digest = digest;
    this.domain = domain;
  }

  /**
   * Looks in a file, a data folder, or a folder with such files; empty where it is not.
   *
   * @throws CommandException when the place cannot be read
   */
  Optional<Charge> find(Path place) {
    try {
      return files(place).stream().flatMap(file -> read(file).stream()).findFirst();
    } catch (IOException e) {
      throw new CommandException(place + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return Files.exists(place) ? List.of(place) : List.of();
    }
    Path inside = place.resolve(FOLDER);
    try (Stream<Path> list = Files.list(Files.isDirectory(inside) ? inside : place)) {
      return list.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Optional<Charge> read(Path file) {
    try {
      Charge charge =
          file.getFileName().toString().endsWith(OF_A_VALIDATOR)
              ? ofValidator(StoredWork.parseFrom(Files.readAllBytes(file)))
              : Charge.of(SignedWork.of(ofNode(FileEvidenceStore.read(file)), domain));
      return charge.digest().equals(digest) && charge.node().equals(node)
          ? Optional.of(charge)
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      // Other files lie there too, and other networks' work.
      return Optional.empty();
    }
  }

  private Charge ofValidator(StoredWork stored) {
    return Charge.of(stored.getRecord(), stored.getOthersList(), domain);
  }

  private WorkRecord ofNode(StoredCommitment stored) {
    return WorkRecord.newBuilder()
        .setGateway(stored.getGateway())
        .setNode(ByteString.copyFrom(node.bytes()))
        .setOffer(stored.getOffer())
        .setCommit(stored.getCommit().toBuilder().setEvidence(stored.getEvidence()))
        .build();
  }
}
