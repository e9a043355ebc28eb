package failover.protocol.solana;

import java.math.BigInteger;

/** Base58 with Bitcoin's alphabet, as Solana prints keys and signatures. */
final class Base58 {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(58);

    private Base58() {
    }

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 2);
        for (BigInteger rest = new BigInteger(1, bytes); rest.signum() > 0; ) {
            BigInteger[] split = rest.divideAndRemainder(BASE);
            text.append(ALPHABET.charAt(split[1].intValue()));
            rest = split[0];
        }
        for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
            text.append('1');
        }
        return text.reverse().toString();
    }

    /** Exactly {@code size} bytes. The caller bounds the length of the text. */
    static byte[] decode(String text, int size) {
        BigInteger value = BigInteger.ZERO;
        int zeros = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException("character " + (i + 1) + " is not base58");
            }
            if (digit == 0 && value.signum() == 0) {
                zeros++;
            }
            value = value.multiply(BASE).add(BigInteger.valueOf(digit));
        }
        int length = zeros + (value.bitLength() + 7) / 8;
        if (length != size) {
            throw new IllegalArgumentException("it decodes to " + length + " bytes, not " + size);
        }
        byte[] bytes = new byte[size];
        byte[] magnitude = value.toByteArray();
        int sign = magnitude[0] == 0 ? 1 : 0;
        int count = magnitude.length - sign;
        System.arraycopy(magnitude, sign, bytes, size - count, count);
        return bytes;
    }
}
