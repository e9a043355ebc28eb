package failover.testbed.lab;

import failover.testbed.Simulators;
import failover.testbed.link.LinkProxy;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All hosts of a lab on 127.0.0.1, and a proxy on each way between two of them. */
final class Loopback implements Wiring {
    private static final String ADDRESS = "127.0.0.1";

    private final Map<String, LinkProxy> links = new LinkedHashMap<>();
    private final Vertx vertx = Simulators.vertx();

    Map<String, LinkProxy> links() {
        return links;
    }

    @Override
    public List<String> on(String host, List<String> command) {
        return command;
    }

    @Override
    public String listen() {
        return ADDRESS;
    }

    @Override
    public String direct(String host, int port) {
        return "http://" + ADDRESS + ":" + port;
    }

    @Override
    public String way(String from, String to, int port) {
        LinkProxy link = LinkProxy.open(vertx, Ports.free(), port);
        links.put(from + "-" + to, link);
        return link.url();
    }

    @Override
    public String door(String host, int port) {
        return direct(host, port);
    }

    @Override
    public void heal() {
        links.values().forEach(LinkProxy::clear);
    }

    @Override
    public void close() {
        links.values().forEach(LinkProxy::close);
        vertx.close();
    }
}
