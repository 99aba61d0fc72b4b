package io.myelin.compute.queue;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.compute.exam.ExamDesk;
import io.myelin.compute.task.TaskMessages;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.ServedModel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node into the pool, and its slots back into it after their sessions, where no gateway
 * does it: the node gives its sign of life itself and pays the gas.
 */
final class PoolReturn {
  private static final Logger logger = LoggerFactory.getLogger(PoolReturn.class);
  private static final int UNQUALIFIED = 1;
  private static final int QUALIFIED = 2;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final CommitteeClient committee;
  private final ChainWrites writes;
  private final OperatorKey key;
  private final InferenceEngine engine;
  private final ExamDesk exams;
  private final int slots;

  PoolReturn(
      ChainClient chain,
      NetworkContracts network,
      CommitteeClient committee,
      ChainWrites writes,
      OperatorKey key,
      InferenceEngine engine,
      ExamDesk exams,
      int slots) {
    this.chain = chain;
    this.network = network;
    this.committee = committee;
    this.writes = writes;
    this.key = key;
    this.engine = engine;
    this.exams = exams;
    this.slots = slots;
  }

  /** Looks once, and asks for a verdict where the node waits for one; blocks. */
  void look() throws InterruptedException {
    NodePool.Node entry = network.nodes().nodeOf(key.address()).on(chain);
    boolean waits =
        entry.standing() == UNQUALIFIED || (entry.standing() == QUALIFIED && entry.untested() > 0);
    if (!waits) {
      return;
    }
    BlockHeader head = chain.head();
    Digest nonce = SignOfLife.nonce(key.address(), entry.round(), head.hash());
    List<ServedModel> models = engine.models().stream().map(TaskMessages::served).toList();
    NodeHello hello =
        new NodeHello(
            network.addresses().queue(),
            nonce,
            key.address(),
            (int) Math.min(slots, entry.slots()),
            WorkDigest.ofModels(models));
    SignOfLife life =
        new SignOfLife(
            entry.round(),
            head.number(),
            head.hash(),
            hello,
            key.sign(network.domain().digest(hello)));
    List<ExamAnswer> answers = exams.sit(nonce, committee.examContext(), _ -> {}).join();
    try {
      Quorum quorum = committee.judge(life, new ExamPaper(models, answers));
      var _ =
          writes.press(
              "judge/" + key.address() + "/" + entry.round(),
              network
                  .nodes()
                  .judge(
                      key.address(),
                      SignOfLife.QUALIFIED,
                      SignOfLife.EVIDENCE,
                      quorum.seatsBits(),
                      quorum.signatures()));
    } catch (NotAgreedException e) {
      logger.info("Not back in the pool yet: {}", e.getMessage());
    }
  }
}
