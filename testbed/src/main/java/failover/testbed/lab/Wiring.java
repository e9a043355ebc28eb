package failover.testbed.lab;

import java.util.List;

/** How the programs of a lab, each on its host ("a", "b", "manager", "cluster"), find each other and are found by the test. */
interface Wiring extends AutoCloseable {
    /** The command, as it runs on that host. */
    List<String> on(String host, List<String> command);

    /** What a program listens on to be found. */
    String listen();

    /** A port of a host as the test finds it, past everything that a test may break. */
    String direct(String host, int port);

    /** A port of a host as another host finds it, on a way that a test may break. */
    String way(String from, String to, int port);

    /** A port of a host as a program finds it that listens on the host's loopback only: the URL for the test. */
    String door(String host, int port);

    /** Mends whatever a test has broken. */
    void heal();

    @Override
    void close();
}
