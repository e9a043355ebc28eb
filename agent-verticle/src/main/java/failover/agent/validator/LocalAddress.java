package failover.agent.validator;

import failover.agent.runtime.StandbyThread;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address of the validator's RPC, available without a lookup when it matters: a literal address or localhost needs none; any other name
 * is resolved by a thread of its own, at the start and again with each question, and the last successful answer is used until a newer one
 * arrives. Never blocks; any thread.
 */
final class LocalAddress {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*");
    private static final InetAddress[] NONE = {};
    private final String host;
    private final StandbyThread resolver;
    private volatile InetAddress[] last;

    LocalAddress(String host) {
        this.host = host;
        this.last = fixed(host);
        this.resolver = last.length > 0 ? null : new StandbyThread("agent-fence-names");
    }

    void start() {
        if (resolver != null) {
            resolver.start();
            resolver.give(this::resolve);
        }
    }

    /** The addresses known now, in order of preference; empty when no lookup has ever succeeded. */
    InetAddress[] addresses() {
        if (resolver != null) {
            resolver.give(this::resolve);
        }
        return last;
    }

    private void resolve() {
        try {
            last = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            // A failed lookup changes nothing.
            return;
        }
    }

    private static InetAddress[] fixed(String host) {
        try {
            if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
                return new InetAddress[] {InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1")};
            }
            return LITERAL.matcher(host).matches() ? new InetAddress[] {InetAddress.getByName(host)} : NONE;
        } catch (UnknownHostException e) {
            return NONE;
        }
    }
}
