package io.myelin.discovery.link;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.traffic.ChannelTrafficShapingHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.ethereum.beacon.discovery.network.DatagramToEnvelope;
import org.ethereum.beacon.discovery.network.IncomingMessageSink;
import org.ethereum.beacon.discovery.network.NettyDiscoveryServer;
import org.ethereum.beacon.discovery.pipeline.Envelope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.ReplayProcessor;

/**
 * The socket. The library's own takes two seconds to close, and when its socket is closed by
 * somebody else it sleeps on the thread that all its packets need.
 */
final class UdpServer implements NettyDiscoveryServer {
  private static final long CLOSE_SECONDS = 2;

  private final InetSocketAddress bind;
  private final int readBytesPerSecond;
  private final MultiThreadIoEventLoopGroup thread;

  @SuppressWarnings("deprecation") // the library's sink needs this kind of stream
  private final ReplayProcessor<Envelope> incoming = ReplayProcessor.cacheLast();

  @SuppressWarnings("deprecation")
  private final FluxSink<Envelope> sink = incoming.sink();

  private volatile @Nullable Channel channel;

  UdpServer(InetSocketAddress bind, int readBytesPerSecond, ThreadFactory threads) {
    this.bind = bind;
    this.readBytesPerSecond = readBytesPerSecond;
    this.thread = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
  }

  @Override
  public CompletableFuture<NioDatagramChannel> start() {
    CompletableFuture<NioDatagramChannel> bound = new CompletableFuture<>();
    var _ =
        new Bootstrap()
            .group(thread)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<NioDatagramChannel>() {
                  @Override
                  protected void initChannel(NioDatagramChannel fresh) {
                    fresh
                        .pipeline()
                        .addLast(new ChannelTrafficShapingHandler(0, readBytesPerSecond))
                        .addLast(new DatagramToEnvelope())
                        .addLast(new IncomingMessageSink(sink));
                  }
                })
            .bind(bind)
            .addListener(
                (ChannelFuture done) -> {
                  if (done.isSuccess()) {
                    channel = done.channel();
                    bound.complete((NioDatagramChannel) done.channel());
                  } else {
                    bound.completeExceptionally(done.cause());
                  }
                });
    return bound;
  }

  @Override
  public void stop() {
    var _ =
        thread
            .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public Publisher<Envelope> getIncomingPackets() {
    return incoming;
  }

  @Override
  public InetSocketAddress getListenAddress() {
    Channel open = channel;
    return open == null
        ? bind
        : new InetSocketAddress(
            bind.getAddress(), ((InetSocketAddress) open.localAddress()).getPort());
  }
}
