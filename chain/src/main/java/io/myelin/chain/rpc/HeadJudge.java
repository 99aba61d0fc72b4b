package io.myelin.chain.rpc;

import io.myelin.chain.BlockHeader;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of several claimed heads is taken, and which endpoints are left for it. Pure.
 *
 * <p>A claim counts only when its endpoint also showed the block by its height. The highest claim
 * that another endpoint supports, within the allowed lag, wins; with no two alike the highest wins.
 * What is further behind lags; what is further ahead without support is taken for a lie.
 */
final class HeadJudge {
  private HeadJudge() {}

  /**
   * One endpoint's word.
   *
   * @param endpoint its position in the configuration
   * @param header of the head it claims
   * @param shown whether it could show that block when asked by its height
   */
  record Claim(int endpoint, BlockHeader header, boolean shown) {}

  /** What follows. */
  record Verdict(Optional<BlockHeader> head, Set<Integer> lagging, Set<Integer> lying) {
    Verdict {
      lagging = Set.copyOf(lagging);
      lying = Set.copyOf(lying);
    }
  }

  static Verdict judge(List<Claim> claims, int maxLagBlocks) {
    Set<Integer> lying = new HashSet<>();
    claims.stream().filter(claim -> !claim.shown()).forEach(claim -> lying.add(claim.endpoint()));
    List<Claim> shown =
        claims.stream()
            .filter(Claim::shown)
            .sorted(Comparator.comparingLong((Claim claim) -> claim.header().number()).reversed())
            .toList();
    if (shown.isEmpty()) {
      return new Verdict(Optional.empty(), Set.of(), lying);
    }
    Claim best = shown.getFirst();
    for (int i = 0; i + 1 < shown.size(); i++) {
      if (shown.get(i).header().number() - shown.get(i + 1).header().number() <= maxLagBlocks) {
        best = shown.get(i);
        break;
      }
    }
    long height = best.header().number();
    Set<Integer> lagging = new HashSet<>();
    for (Claim claim : shown) {
      if (claim.header().number() > height) {
        lying.add(claim.endpoint());
      } else if (height - claim.header().number() > maxLagBlocks) {
        lagging.add(claim.endpoint());
      }
    }
    return new Verdict(Optional.of(best.header()), lagging, lying);
  }
}
