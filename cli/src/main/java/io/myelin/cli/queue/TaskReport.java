package io.myelin.cli.queue;

import com.google.protobuf.ByteString;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.queue.QueueReveal;
import io.myelin.protocol.queue.QueueTask;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** What a task came to: the answer, and who was paid what. */
final class TaskReport {
  private final ChainAccess network;
  private final QueueReader reader;

  TaskReport(ChainAccess network, QueueReader reader) {
    this.network = network;
    this.reader = reader;
  }

  /** The primary's answer, where it is on chain. */
  Optional<String> answer(QueueTask task, List<SessionQueue.Event> history) {
    return QueueReader.reveals(task, history).stream()
        .filter(QueueReveal::primary)
        .map(QueueReveal::output)
        .map(ByteString::toStringUtf8)
        .findFirst();
  }

  /** Prints what was credited for it, and that it adds up to what was spent. */
  void payments(QueueTask task, List<SessionQueue.Event> history, PrintWriter out) {
    for (SessionQueue.Event event : history) {
      if (event instanceof SessionQueue.TaskCompletedEvent completed) {
        out.println("paid     " + Amount.show(completed.spentWei()));
        credits(task, completed.log()).forEach(credit -> print(task, credit, out));
      }
    }
  }

  private void print(QueueTask task, InferencePayment.CreditedEvent credit, PrintWriter out) {
    out.printf(
        "  %-26s to %s  %s%n",
        credit.amountWei() + " wei", credit.account(), role(task, credit.account()));
  }

  private List<InferencePayment.CreditedEvent> credits(QueueTask task, EventLog paid) {
    LogFilter filter =
        new LogFilter(
            List.of(network.contracts().addresses().payment()),
            List.of(
                List.of(InferencePayment.CreditedEvent.TYPE.topic()),
                List.of(),
                List.of(ChainTerms.word(task.sessionId()))));
    long block = paid.block().number();
    return network.chain().logs(filter, block, block).stream()
        .filter(log -> log.transaction().equals(paid.transaction()))
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.CreditedEvent.class::isInstance)
        .map(InferencePayment.CreditedEvent.class::cast)
        .filter(credit -> credit.amountWei().compareTo(BigInteger.ZERO) > 0)
        .toList();
  }

  private String role(QueueTask task, Address account) {
    Optional<TermsEvent.Opened> session = reader.session(task.sessionId());
    boolean node =
        session.stream()
            .flatMap(opened -> opened.brief().seats().stream())
            .anyMatch(seat -> seat.payee().equals(account));
    if (node) {
      return "owner of a node";
    }
    return network
            .contracts()
            .validators()
            .validatorOf(account)
            .on(network.chain())
            .operator()
            .isZero()
        ? "treasury"
        : "validator";
  }
}
