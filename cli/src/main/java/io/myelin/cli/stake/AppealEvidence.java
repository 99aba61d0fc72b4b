package io.myelin.cli.stake;

import com.google.protobuf.ByteString;
import io.myelin.cli.CommandException;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
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
 * tasks, or a validator of what it checked.
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
   * Looks in a file, a data folder, or a folder with such files.
   *
   * @throws CommandException when it is not there
   */
  SignedWork find(Path place) {
    List<Path> files;
    try {
      files = files(place);
    } catch (IOException e) {
      throw new CommandException(place + " cannot be read: " + e.getMessage(), e);
    }
    return files.stream()
        .flatMap(file -> read(file).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ("none of %d files in %s is evidence 0x%s, which the verdict is of (expected:"
                            + " the node's data folder, or a validator's evidence/work-….pb;"
                            + " --evidence names it)")
                        .formatted(files.size(), place, digest)));
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

  private Optional<SignedWork> read(Path file) {
    try {
      WorkRecord record =
          file.getFileName().toString().endsWith(OF_A_VALIDATOR)
              ? StoredWork.parseFrom(Files.readAllBytes(file)).getRecord()
              : ofNode(FileEvidenceStore.read(file));
      SignedWork work = SignedWork.of(record, domain);
      return work.digest().equals(digest) && work.node().equals(node)
          ? Optional.of(work)
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      // Other files lie there too, and other networks' work.
      return Optional.empty();
    }
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
