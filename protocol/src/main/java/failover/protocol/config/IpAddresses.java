package failover.protocol.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** IP addresses as numbers: no name is ever resolved here, and an IPv4 address mapped into IPv6 is the IPv4 address. */
final class IpAddresses {
    private static final int MAPPED_PREFIX = 12;

    private IpAddresses() {
    }

    /** 4 or 16 bytes, or empty when the text is not an IP address literal. */
    static Optional<byte[]> parse(String text) {
        String plain = text.indexOf('%') >= 0 ? text.substring(0, text.indexOf('%')) : text;
        boolean four = plain.matches("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
        boolean six = plain.indexOf(':') >= 0 && plain.matches("[0-9a-fA-F:.]{2,45}");
        if (!four && !six) {
            return Optional.empty();
        }
        try {
            // A literal: InetAddress parses it without asking a name server, and turns a mapped address into IPv4.
            return Optional.of(canonical(InetAddress.getByName(plain).getAddress()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    static byte[] canonical(byte[] address) {
        if (address.length != 16) {
            return address;
        }
        for (int i = 0; i < MAPPED_PREFIX; i++) {
            if (address[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return address;
            }
        }
        return java.util.Arrays.copyOfRange(address, MAPPED_PREFIX, 16);
    }
}
