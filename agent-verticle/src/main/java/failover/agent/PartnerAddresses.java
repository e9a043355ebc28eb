package failover.agent;

import failover.protocol.config.Endpoint;
import failover.protocol.config.IpAllowList;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The addresses of the other two programs of the pair: the peer's as it is configured or was found by its name last, and those from which a
 * manager has polled lately. Their connections and bodies have a quota of their own, so that no other client can exhaust it. Used on the
 * agent's context only.
 */
final class PartnerAddresses {
    /** One, or two while it moves. */
    private static final int MANAGERS = 2;
    private final String peerHost;
    private final Supplier<Optional<String>> peerAddress;
    private final Deque<String> managers = new ArrayDeque<>();

    /**
     * The partners.
     *
     * @param peerHost of {@code peer_endpoint}, a name or an address; empty when there is none
     * @param peerAddress where that was found last, when it is a name
     */
    PartnerAddresses(String peerHost, Supplier<Optional<String>> peerAddress) {
        this.peerHost = peerHost;
        this.peerAddress = peerAddress;
    }

    /** Their addresses, as far as they are known: for the check of new connections. */
    Set<InetAddress> addresses() {
        Set<InetAddress> all = new HashSet<>();
        managers.forEach(each -> Endpoint.literal(each).ifPresent(all::add));
        Endpoint.literal(peerHost).or(() -> peerAddress.get().flatMap(Endpoint::literal)).ifPresent(all::add);
        return all;
    }

    /** A manager of ours polled from that address; true when it is new. */
    boolean managerPolls(String address) {
        boolean fresh = !address.equals(managers.peekFirst());
        if (fresh) {
            managers.remove(address);
            managers.addFirst(address);
            if (managers.size() > MANAGERS) {
                managers.removeLast();
            }
        }
        return fresh;
    }

    /** Whether this is the peer's address. */
    boolean isPeer(String address) {
        return !peerHost.isEmpty() && (same(peerHost, address) || peerAddress.get().filter(found -> same(found, address)).isPresent());
    }

    /** Whether this is the address of peer or manager. */
    boolean are(String address) {
        return managers.contains(address) || isPeer(address);
    }

    /** As numbers: an IPv6 address has many spellings. */
    private static boolean same(String one, String other) {
        try {
            return one.equals(other) || IpAllowList.of(List.of(one)).allows(other);
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }
}
