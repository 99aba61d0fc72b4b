package io.myelin.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.myelin.gateway.hub.HubSettings;
import io.myelin.gateway.hub.NodeHub;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.loop.NettyLoops;
import io.myelin.gateway.session.NodeDirectory;
import io.myelin.gateway.session.NodeView;
import io.myelin.gateway.session.SessionGrant;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission.Kind;
import io.myelin.gateway.testing.NodeScript;
import io.myelin.gateway.testing.OpenAdmission;
import io.myelin.gateway.testing.RecordingListener;
import io.myelin.gateway.testing.TestGateway;
import io.myelin.gateway.testing.TestLedger;
import io.myelin.gateway.testing.TestNode;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.GatewayComputeGrpc;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same pipeline over real gRPC on loopback, on real event loops and a real clock. */
@Timeout(60)
final class PipelineOverGrpcIT {
  private static final NodeScript WORDS = NodeScript.words(200);

  @Test
  void aHundredStreamsSurviveTheLossOfANode(@TempDir Path folder) throws Exception {
    SecureRandom random = new SecureRandom();
    Eip712Domain domain = Eip712Domain.local();
    GatewayIdentity identity = new GatewayIdentity(OperatorKey.generate(random), domain);
    NettyLoops loops = new NettyLoops(CommonPools.workerGroup());
    TestLedger ledger = new TestLedger();
    ExecutorService nodeThread = Executors.newSingleThreadExecutor();
    try (Journal journal = Journal.open(folder.resolve("journal.db"))) {
      TaskPipeline pipeline =
          new TaskPipeline(
              PipelineSettings.defaults(),
              identity,
              ledger,
              journal,
              loops,
              InstantSource.system(),
              random,
              16);
      NodeHub hub =
          new NodeHub(
              new HubSettings(1_000, 20_000, 10_000, 16, 100),
              identity.key().address(),
              domain,
              new OpenAdmission(64),
              loops,
              InstantSource.system(),
              random,
              pipeline);
      pipeline.recover();
      Server server =
          Server.builder()
              .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .requestTimeoutMillis(0)
              .maxRequestLength(0)
              .service(
                  GrpcService.builder().addService(hub).maxRequestMessageLength(1 << 20).build())
              .build();
      server.start().join();
      try {
        List<TestNode> nodes = new ArrayList<>();
        CountDownLatch joined = new CountDownLatch(3);
        hub.addListener(new Joined(joined));
        for (int i = 0; i < 3; i++) {
          GatewayComputeGrpc.GatewayComputeStub stub =
              GrpcClients.builder("gproto+http://127.0.0.1:" + server.activeLocalPort())
                  .factory(ClientFactory.ofDefault())
                  .responseTimeoutMillis(0)
                  .maxResponseLength(0)
                  .build(GatewayComputeGrpc.GatewayComputeStub.class);
          TestNode node =
              new TestNode(OperatorKey.generate(random), domain, nodeThread, WORDS).slots(16);
          nodes.add(node);
          node.connect(stub::connect);
        }
        assertThat(joined.await(20, TimeUnit.SECONDS)).isTrue();
        ledger.grant(
            new SessionGrant(
                TestGateway.SESSION,
                "0x" + "00".repeat(20),
                TestNode.MODEL,
                1,
                0,
                new TokenPrice(BigInteger.ONE, BigInteger.TEN),
                nodes.stream().map(node -> node.address().toString()).toList(),
                Long.MAX_VALUE));
        List<RecordingListener> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          RecordingListener client = new RecordingListener();
          clients.add(client);
          pipeline
              .submit(TestGateway.submission(TestGateway.SESSION, Kind.LIVE), client)
              .request(Long.MAX_VALUE);
        }
        nodeThread.execute(nodes.getFirst()::kill);
        for (RecordingListener client : clients) {
          client.ended().get(40, TimeUnit.SECONDS);
          assertThat(client.failure()).isNull();
          assertThat(client.text()).isEqualTo(WORDS.text());
        }
        assertThat(journal.sessions().totals(TestGateway.SESSION).tasks()).isEqualTo(100);
        assertThat(journal.tasks().unfinished()).isEmpty();
      } finally {
        hub.close();
        server.stop().join();
        nodeThread.shutdownNow();
      }
    }
  }

  private record Joined(CountDownLatch latch) implements NodeDirectory.Listener {
    @Override
    public void onJoined(NodeView node) {
      latch.countDown();
    }

    @Override
    public void onDraining(String nodeId) {}

    @Override
    public void onLeft(String nodeId) {}
  }
}
