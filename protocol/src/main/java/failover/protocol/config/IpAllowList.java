package failover.protocol.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who may call: addresses and networks (CIDR), compared as numbers (lesson OM-17: text comparison knew neither networks nor
 * the several spellings of one IPv6 address). An empty list allows everybody, as the original does. Immutable, any thread.
 */
public final class IpAllowList {
    private final List<Network> networks;

    private IpAllowList(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * Builds the matcher.
     *
     * @throws IllegalArgumentException for an entry that is neither an address nor a network
     */
    public static IpAllowList of(List<String> entries) {
        List<Network> networks = new ArrayList<>();
        for (String entry : entries) {
            networks.add(Network.parse(entry));
        }
        return new IpAllowList(List.copyOf(networks));
    }

    /** True when nothing is listed, so that everybody is allowed. */
    public boolean isOpen() {
        return networks.isEmpty();
    }

    /** Whether a caller with this remote address (an IP literal, no port) may call; what is no address is refused. */
    public boolean allows(String remoteAddress) {
        if (networks.isEmpty()) {
            return true;
        }
        Optional<byte[]> address = IpAddresses.parse(remoteAddress);
        return address.isPresent() && networks.stream().anyMatch(network -> network.contains(address.get()));
    }

    @Override
    public String toString() {
        return networks.isEmpty() ? "all" : networks.stream().map(Network::text).collect(Collectors.joining(", "));
    }

    private record Network(String text, byte[] address, int bits) {
        static Network parse(String text) {
            int slash = text.indexOf('/');
            String host = slash < 0 ? text : text.substring(0, slash);
            byte[] address = IpAddresses.parse(host).orElseThrow(() -> new IllegalArgumentException(
                    "is neither an address nor a network; write for example \"10.0.0.5\", \"10.0.0.0/24\" or \"2001:db8::/48\""));
            if (slash < 0) {
                return new Network(text, address, address.length * 8);
            }
            String bits = text.substring(slash + 1);
            int most = host.indexOf(':') >= 0 ? 128 : 32;
            if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > most) {
                throw new IllegalArgumentException("has no valid prefix length after the slash (0 to " + most + ")");
            }
            int mapped = most == 128 && address.length == 4 ? 96 : 0;
            if (Integer.parseInt(bits) < mapped) {
                throw new IllegalArgumentException("is a network of IPv4-mapped addresses; write it as IPv4, for example \"10.0.0.0/24\"");
            }
            return new Network(text, address, Integer.parseInt(bits) - mapped);
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
                return false;
            }
            int rest = bits % 8;
            return rest == 0 || (address[whole] ^ other[whole]) >> (8 - rest) == 0;
        }
    }
}
