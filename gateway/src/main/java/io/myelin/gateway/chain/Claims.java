package io.myelin.gateway.chain;

import com.google.protobuf.ByteString;
import io.myelin.gateway.chain.Committee.Claim;
import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.session.OnChain;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.SessionAccount;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the journal's receipts of a session add up to. */
final class Claims {
  private static final Logger log = LoggerFactory.getLogger(Claims.class);
  private static final int PAGE = 256;

  private final Eip712Domain domain;
  private final TaskStore tasks;
  private final Conduct conduct;

  Claims(Eip712Domain domain, TaskStore tasks, Conduct conduct) {
    this.domain = domain;
    this.tasks = tasks;
    this.conduct = conduct;
  }

  /** The session's account: its receipts, each held to the session's terms. */
  SessionAccount account(OnChain session) {
    SessionAccount account = new SessionAccount(domain, session.brief(), session.tail());
    for (byte[] json : receipts(session.id().hex())) {
      boolean _ = add(session, account, json);
    }
    return account;
  }

  /** What is claimed; a receipt that the terms do not bear is left out, and nobody pays it. */
  Claim of(OnChain session) {
    SessionAccount account = new SessionAccount(domain, session.brief(), session.tail());
    List<Integer> refused = new ArrayList<>();
    int index = 0;
    for (byte[] json : receipts(session.id().hex())) {
      if (!add(session, account, json)) {
        refused.add(index);
      }
      index++;
    }
    SessionAccount.Total total = account.total();
    Iterable<byte[]> all = receipts(session.id().hex());
    return new Claim(
        session,
        total.receiptsRoot(),
        total.tasks(),
        conduct.claimed(total.earnedWei()),
        refused.isEmpty() ? all : () -> new Without(all.iterator(), List.copyOf(refused)));
  }

  private boolean add(OnChain session, SessionAccount account, byte[] json) {
    try {
      SignedReceipt receipt =
          SignedReceipt.parse(new String(json, java.nio.charset.StandardCharsets.UTF_8));
      if (!conduct.settles(session, receipt)) {
        return false;
      }
      if (account.add(receipt) instanceof SessionAccount.Addition.Refused refused) {
        log.error(
            "receipt of task {} is not settled: {} {}",
            receipt.receipt().taskId(),
            refused.reason(),
            refused.detail());
        return false;
      }
      return true;
    } catch (ReceiptFormatException e) {
      log.error("a receipt in the journal cannot be read: {}", e.getMessage());
      return false;
    }
  }

  private Iterable<byte[]> receipts(String session) {
    return () -> new Pages(session);
  }

  private final class Pages implements Iterator<byte[]> {
    private final String session;
    private Iterator<ByteString> page = java.util.Collections.emptyIterator();
    private long read;
    private boolean over;

    Pages(String session) {
      this.session = session;
    }

    @Override
    public boolean hasNext() {
      if (!page.hasNext() && !over) {
        List<ByteString> next = tasks.receipts(session, read, PAGE);
        read += next.size();
        over = next.size() < PAGE;
        page = next.iterator();
      }
      return page.hasNext();
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.next().toByteArray();
    }
  }

  private static final class Without implements Iterator<byte[]> {
    private final Iterator<byte[]> all;
    private final List<Integer> skipped;
    private int index;

    Without(Iterator<byte[]> all, List<Integer> skipped) {
      this.all = all;
      this.skipped = skipped;
    }

    @Override
    public boolean hasNext() {
      while (skipped.contains(index) && all.hasNext()) {
        byte[] _ = all.next();
        index++;
      }
      return all.hasNext();
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      index++;
      return all.next();
    }
  }
}
