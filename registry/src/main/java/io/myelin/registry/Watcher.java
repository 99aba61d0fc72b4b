package io.myelin.registry;

import io.grpc.stub.ServerCallStreamObserver;
import io.myelin.discovery.Peer;
import io.myelin.discovery.PeerListener;
import io.myelin.discovery.PeerNetwork;
import io.myelin.v1.PeerChange;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One caller that follows changes. What it does not read waits, up to a bound; a caller that falls
 * further behind is told so and begins again.
 */
final class Watcher implements PeerListener {
  private static final int MOST_WAITING = 8_192;

  private final PeerMessages.Question question;
  private final Goodbyes goodbyes;
  private final ServerCallStreamObserver<PeerChange> client;
  private final Runnable onEnd;
  private final Deque<PeerChange> waiting = new ArrayDeque<>();
  private PeerNetwork.@Nullable Subscription news;
  private boolean over;

  private Watcher(
      PeerMessages.Question question,
      Goodbyes goodbyes,
      ServerCallStreamObserver<PeerChange> client,
      Runnable onEnd) {
    this.question = question;
    this.goodbyes = goodbyes;
    this.client = client;
    this.onEnd = onEnd;
  }

  static Watcher start(
      PeerNetwork peers,
      PeerMessages.Question question,
      Goodbyes goodbyes,
      ServerCallStreamObserver<PeerChange> client,
      Runnable onEnd) {
    Watcher watcher = new Watcher(question, goodbyes, client, onEnd);
    client.setOnReadyHandler(watcher::flush);
    client.setOnCancelHandler(watcher::end);
    watcher.follow(peers.listen(watcher));
    return watcher;
  }

  private synchronized void follow(PeerNetwork.Subscription subscription) {
    if (over) {
      subscription.close();
    } else {
      news = subscription;
    }
  }

  @Override
  public void came(Peer peer) {
    if (!goodbyes.left(peer)) {
      tell(PeerChange.Kind.KIND_CAME, peer);
    }
  }

  @Override
  public void changed(Peer before, Peer now) {
    if (goodbyes.left(before)) {
      came(now);
    } else if (question.asksFor(now)) {
      tell(
          question.asksFor(before) ? PeerChange.Kind.KIND_CHANGED : PeerChange.Kind.KIND_CAME, now);
    } else {
      tell(PeerChange.Kind.KIND_WENT, before);
    }
  }

  @Override
  public void went(Peer peer) {
    if (!goodbyes.left(peer)) {
      tell(PeerChange.Kind.KIND_WENT, peer);
    }
  }

  /** A peer said that it leaves; the network has not noticed yet. */
  void left(Peer peer) {
    tell(PeerChange.Kind.KIND_WENT, peer);
  }

  private synchronized void tell(PeerChange.Kind kind, Peer peer) {
    if (over || !question.asksFor(peer)) {
      return;
    }
    if (waiting.size() == MOST_WAITING) {
      client.onError(
          Reasons.BUSY.because("you are " + MOST_WAITING + " changes behind; begin again"));
      end();
      return;
    }
    waiting.add(PeerChange.newBuilder().setKind(kind).setPeer(PeerMessages.info(peer)).build());
    flush();
  }

  private synchronized void flush() {
    while (!over && !waiting.isEmpty() && client.isReady()) {
      client.onNext(waiting.remove());
    }
  }

  private synchronized void end() {
    if (over) {
      return;
    }
    over = true;
    waiting.clear();
    if (news != null) {
      news.close();
    }
    onEnd.run();
  }
}
