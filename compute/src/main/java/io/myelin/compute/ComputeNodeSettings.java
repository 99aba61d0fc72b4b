package io.myelin.compute;

import io.myelin.compute.link.LinkSettings;
import io.myelin.compute.task.TaskSettings;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a node needs to know.
 *
 * @param dataFolder where its evidence lies; one node at a time
 * @param tasks slots and times of tasks
 * @param link times of the stream
 * @param drainTimeout longest time running tasks get to finish when the node stops
 * @param evidenceCapacity most tasks whose evidence is kept
 * @param domain what signatures are bound to
 * @param expectedGateway the only gateway it works for, or null for whichever answers
 * @param roams whether it may be given gateways later, so that none is no reason to end
 */
public record ComputeNodeSettings(
    Path dataFolder,
    TaskSettings tasks,
    LinkSettings link,
    Duration drainTimeout,
    int evidenceCapacity,
    Eip712Domain domain,
    @Nullable Address expectedGateway,
    boolean roams) {

  /** Checks ranges. */
  public ComputeNodeSettings {
    if (drainTimeout.isNegative() || evidenceCapacity < 1) {
      throw new IllegalArgumentException(
          "drainTimeout, evidenceCapacity: "
              + drainTimeout
              + ", "
              + evidenceCapacity
              + " (expected: >= 0, >= 1)");
    }
  }

  /** The defaults, in the local domain. */
  public static ComputeNodeSettings of(Path dataFolder, int slots) {
    return new ComputeNodeSettings(
        dataFolder,
        TaskSettings.withSlots(slots),
        LinkSettings.DEFAULT,
        Duration.ofSeconds(30),
        4096,
        Eip712Domain.local(),
        null,
        false);
  }

  /** The same for one gateway only. */
  public ComputeNodeSettings withGateway(Address gateway) {
    return new ComputeNodeSettings(
        dataFolder, tasks, link, drainTimeout, evidenceCapacity, domain, gateway, roams);
  }

  /** The same in another network. */
  public ComputeNodeSettings withDomain(Eip712Domain network) {
    return new ComputeNodeSettings(
        dataFolder, tasks, link, drainTimeout, evidenceCapacity, network, expectedGateway, roams);
  }

  /** The same with other slots. */
  public ComputeNodeSettings withSlots(int slots) {
    TaskSettings other = new TaskSettings(slots, tasks.evidenceLifetime(), tasks.deadlineGrace());
    return new ComputeNodeSettings(
        dataFolder, other, link, drainTimeout, evidenceCapacity, domain, expectedGateway, roams);
  }

  /** The same with another time to drain. */
  public ComputeNodeSettings withDrainTimeout(Duration timeout) {
    return new ComputeNodeSettings(
        dataFolder, tasks, link, timeout, evidenceCapacity, domain, expectedGateway, roams);
  }

  /** The same for a node that finds its gateways by itself. */
  public ComputeNodeSettings roaming() {
    return new ComputeNodeSettings(
        dataFolder, tasks, link, drainTimeout, evidenceCapacity, domain, expectedGateway, true);
  }
}
