package failover.testbed.lab;

import failover.testbed.Simulators;
import failover.testbed.link.LinkProxy;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Each host of a lab in a network namespace of its own. */
final class Apart implements Wiring {
    private final Network network;
    private final BiConsumer<String, List<String>> start;
    private final List<LinkProxy> doors = new ArrayList<>();
    private final Vertx vertx = Simulators.vertx();

    /**
     * @param mark  the lab's
     * @param start a further program by name and command
     */
    Apart(String mark, BiConsumer<String, List<String>> start) {
        this.network = Network.open(mark, List.of("a", "b", "manager", "cluster"));
        this.start = start;
    }

    Network network() {
        return network;
    }

    @Override
    public List<String> on(String host, List<String> command) {
        return network.inside(host, command);
    }

    @Override
    public String listen() {
        return "0.0.0.0";
    }

    @Override
    public String direct(String host, int port) {
        return "http://" + network.wire(host) + ":" + port;
    }

    @Override
    public String way(String from, String to, int port) {
        return "http://" + network.address(to) + ":" + port;
    }

    /**
     * Nobody reaches another namespace's loopback: a proxy in there does, and listens on the wire to the test. One here makes the test's
     * address a loopback, too: the manager's API also looks at what name it is called by.
     */
    @Override
    public String door(String host, int port) {
        int outside = Ports.free();
        start.accept(host + "-door", on(host, LabHome.testbed("link", "--host", network.wire(host), "--listen", String.valueOf(outside),
            "--to", String.valueOf(port), "--control", String.valueOf(Ports.free()))));
        LinkProxy door = LinkProxy.open(vertx, "127.0.0.1", Ports.free(), network.wire(host), outside);
        doors.add(door);
        return door.url();
    }

    @Override
    public void heal() {
        network.heal();
    }

    @Override
    public void close() {
        doors.forEach(LinkProxy::close);
        vertx.close();
        network.close();
    }
}
