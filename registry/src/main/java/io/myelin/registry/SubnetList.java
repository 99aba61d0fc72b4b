package io.myelin.registry;

import io.myelin.v1.SubnetInfo;
import java.util.List;

/** The network's subnets, as the chain has them. */
public interface SubnetList {
  /**
   * All of them; may block for a bounded time.
   *
   * @throws RuntimeException when the chain cannot be read now
   */
  List<SubnetInfo> all();
}
