package io.myelin.cli.peer;

import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where validators are: those that somebody named, and those that are found. */
public final class ValidatorUrls implements Supplier<Collection<URI>> {
  private final List<URI> named;
  private volatile @Nullable Peers peers;

  /** Those that are named, for now. */
  public ValidatorUrls(List<URI> named) {
    this.named = List.copyOf(named);
  }

  /** Found ones as well from now on. */
  public void found(Peers by) {
    peers = by;
  }

  @Override
  public Collection<URI> get() {
    Set<URI> all = new LinkedHashSet<>(named);
    Peers found = peers;
    if (found != null) {
      all.addAll(found.validators());
    }
    return all;
  }
}
