package io.myelin.protocol.peer.book;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * Every node a book knows.
 *
 * @param own the id of whose book it is: never in it
 * @param entries by node id
 * @param weakBySource how many entries that strangers could make up came from each source
 * @param weak their sum
 */
public record BookState(
    BookSettings settings,
    Digest own,
    TreePMap<Digest, PeerEntry> entries,
    HashPMap<String, Integer> weakBySource,
    int weak) {

  /** An empty book. */
  public static BookState of(BookSettings settings, Digest own) {
    return new BookState(settings, own, TreePMap.empty(), HashTreePMap.empty(), 0);
  }

  /** The entry of a node, if there is one. */
  public Optional<PeerEntry> entry(Digest node) {
    return Optional.ofNullable(entries.get(node));
  }

  /** Peers that others may be told of. */
  public List<PeerEntry> listed() {
    return entries.values().stream().filter(PeerEntry::listed).toList();
  }

  /** How many are at a stage. */
  public long count(Stage stage) {
    return entries.values().stream().filter(e -> e.stage() == stage).count();
  }

  int weakOf(String source) {
    return weakBySource.getOrDefault(source, 0);
  }

  BookState put(PeerEntry entry) {
    Digest id = entry.record().nodeId();
    return without(id).counted(entry, 1).withEntries(entries.plus(id, entry));
  }

  BookState remove(Digest node) {
    return without(node).withEntries(entries.minus(node));
  }

  private BookState without(Digest node) {
    PeerEntry old = entries.get(node);
    return old == null ? this : counted(old, -1);
  }

  private BookState counted(PeerEntry entry, int by) {
    if (!entry.weak()) {
      return this;
    }
    int count = weakOf(entry.source()) + by;
    return new BookState(
        settings,
        own,
        entries,
        count == 0 ? weakBySource.minus(entry.source()) : weakBySource.plus(entry.source(), count),
        weak + by);
  }

  private BookState withEntries(TreePMap<Digest, PeerEntry> next) {
    return new BookState(settings, own, next, weakBySource, weak);
  }
}
