package io.myelin.gateway.journal;

import io.myelin.gateway.task.AgreementView;
import io.myelin.protocol.ids.Address;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How answers of several nodes compared, task by task. */
public final class Comparisons {
  private final JournalWriter writer;
  private final JournalReader reader;

  Comparisons(JournalWriter writer, JournalReader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Keeps what was found of a task, in place of what was found before.
   *
   * @param taskId 64 hex digits
   */
  public CompletableFuture<@Nullable Void> keep(
      String taskId, AgreementView found, long nowMillis) {
    byte[] task = HexFormat.of().parseHex(taskId);
    return writer.submit(
        false,
        sql -> {
          sql.update(
              "INSERT OR REPLACE INTO comparison (task, at_millis, outcome, alarm, distance)"
                  + " VALUES (?, ?, ?, ?, ?)",
              task,
              nowMillis,
              found.outcome(),
              found.alarm() ? 1 : 0,
              found.distance());
          for (AgreementView.Compared one : found.nodes()) {
            sql.update(
                "INSERT OR REPLACE INTO comparison_node (task, node, apart) VALUES (?, ?, ?)",
                task,
                one.node().bytes(),
                one.apart());
          }
        });
  }

  /**
   * What was found of a task; empty for one whose answers were not compared, or not yet.
   *
   * @param taskId 64 hex digits
   */
  public Optional<AgreementView> ofTask(String taskId) {
    byte[] task = HexFormat.of().parseHex(taskId);
    List<AgreementView.Compared> nodes =
        reader.query(
            "SELECT node, apart FROM comparison_node WHERE task = ? ORDER BY node",
            row -> new AgreementView.Compared(Address.of(row.getBytes(1)), row.getString(2)),
            task);
    return reader
        .query(
            "SELECT outcome, alarm, distance FROM comparison WHERE task = ?",
            row -> {
              double distance = row.getDouble(3);
              @Nullable Double measured = row.wasNull() ? null : Double.valueOf(distance);
              return new AgreementView(row.getString(1), row.getInt(2) != 0, measured, nodes);
            },
            task)
        .stream()
        .findFirst();
  }
}
