package failover.protocol;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many accepted connections there are at any moment, where they are accepted. Vert.x accepts on a thread of its own, and has its
 * connection handler called on another: ten thousand that come within a second lie between the two, and fill a heap of 64 MB before any
 * handler has seen them. Here one too many is closed before anything is made for it. It stands before {@link ConnectionSlots}, which
 * choose among
 * those that have come in. Any thread.
 */
public final class ConnectionLimit implements Transport {
    /** More than any {@link ConnectionSlots} has for one address, and some that are closing. */
    static final int EACH_ADDRESS = 320;
    /** Of all addresses that are not known. */
    static final int MOST = 640;

    private final Transport transport;
    private final int eachAddress;
    private final int most;
    private final Map<InetAddress, Integer> inside = new ConcurrentHashMap<>();
    private final AtomicInteger strangers = new AtomicInteger();
    private volatile Set<InetAddress> known = Set.of();

    ConnectionLimit(Transport transport, int eachAddress, int most) {
        this.transport = transport;
        this.eachAddress = eachAddress;
        this.most = most;
    }

    /** A Vert.x with a door before its servers, on the native transport where there is one. */
    static Vertx vertx(VertxOptions options) {
        io.vertx.core.transport.Transport best = io.vertx.core.transport.Transport.nativeTransport();
        boolean usable = options.getPreferNativeTransport() && best != null && best.available();
        Transport under = (usable ? best : io.vertx.core.transport.Transport.NIO).implementation();
        VertxBuilder builder = Vertx.builder().with(options);
        return builder.withTransport(new Named(new ConnectionLimit(under, EACH_ADDRESS, MOST))).build();
    }

    /** The limit of that Vert.x instance; empty where it was not created by our launcher. */
    public static Optional<ConnectionLimit> of(Vertx vertx) {
        return ((VertxInternal) vertx).transport() instanceof ConnectionLimit door ? Optional.of(door) : Optional.empty();
    }

    /** Whether it stands before a native transport. */
    boolean isNative() {
        return transport != io.vertx.core.transport.Transport.NIO.implementation();
    }

    /** Why there is no native transport. */
    static Throwable nativeTrouble() {
        io.vertx.core.transport.Transport best = io.vertx.core.transport.Transport.nativeTransport();
        return best == null ? io.vertx.core.transport.Transport.EPOLL == null ? null
                : io.vertx.core.transport.Transport.EPOLL.unavailabilityCause() : best.unavailabilityCause();
    }

    /** The partners' addresses: however many others come, theirs come in. */
    public void know(Set<InetAddress> addresses) {
        known = Set.copyOf(addresses);
    }

    /** Whether one more comes in from there; each that did must {@link #leave}. */
    boolean enter(InetAddress address) {
        boolean stranger = !known.contains(address);
        if (stranger && strangers.get() >= most || inside.getOrDefault(address, 0) >= eachAddress) {
            return false;
        }
        inside.merge(address, 1, Integer::sum);
        strangers.incrementAndGet();
        return true;
    }

    void leave(InetAddress address) {
        inside.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
        strangers.decrementAndGet();
    }

    private ChannelHandler keeper() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                if (accepted instanceof Channel child && child.remoteAddress() instanceof InetSocketAddress from
                        && from.getAddress() != null) {
                    InetAddress address = from.getAddress();
                    if (!enter(address)) {
                        child.unsafe().closeForcibly();
                        return;
                    }
                    child.closeFuture().addListener(closed -> leave(address));
                }
                context.fireChannelRead(accepted);
            }
        };
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        transport.configure(config, domainSocket, bootstrap);
        if (bootstrap.config().handler() == null) {
            bootstrap.handler(keeper());
        }
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        transport.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        transport.configure(channel, options);
    }

    @Override
    public boolean supportsDomainSockets() {
        return transport.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return transport.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
        return transport.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return transport.unavailabilityCause();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return transport.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return transport.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return transport.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
        return transport.eventLoopGroup(type, threads, factory, ioRatio);
    }

    @Override
    @SuppressWarnings("deprecation")
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return transport.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return transport.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return transport.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return transport.serverChannelFactory(domainSocket);
    }

    /** As the builder of a Vert.x wants it. */
    private record Named(ConnectionLimit implementation) implements io.vertx.core.transport.Transport {
        @Override
        public String name() {
            return "door";
        }

        @Override
        public boolean available() {
            return implementation.isAvailable();
        }

        @Override
        public Throwable unavailabilityCause() {
            return implementation.unavailabilityCause();
        }
    }
}
