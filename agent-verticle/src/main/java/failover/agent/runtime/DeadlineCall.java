package failover.agent.runtime;

import failover.protocol.config.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;

/**
 * One HTTP question with one end for all of it: connecting, each byte of the answer, however slowly it comes, and whatever stands before
 * the answer. Blocks its thread until then, no longer. One call, one thread; {@link #cut} from any.
 */
public final class DeadlineCall {
    private static final int LARGEST = 64 * 1024;
    private static final String CHUNKED = "transfer-encoding: chunked";
    private final Endpoint endpoint;
    private final long endNanos;
    private final ByteArrayOutputStream come = new ByteArrayOutputStream();
    private volatile Socket socket;

    /**
     * A call.
     *
     * @param endNanos of {@link System#nanoTime}: when it gives up
     */
    public DeadlineCall(Endpoint endpoint, long endNanos) {
        this.endpoint = endpoint;
        this.endNanos = endNanos;
    }

    /** The body of the answer, whatever its status. */
    public String post(InetAddress[] addresses, byte[] body) throws IOException {
        if (addresses.length == 0) {
            throw new IOException("the name " + endpoint.host() + " has not been resolved yet");
        }
        connect(addresses);
        try (Socket raw = socket) {
            Socket plain = secured(raw);
            String head = "POST " + endpoint.target("") + " HTTP/1.1\r\nHost: " + endpoint.uri().getRawAuthority()
                + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nConnection: close\r\nContent-Length: " + body.length
                + "\r\n\r\n";
            byte[] question = Arrays.copyOf(head.getBytes(StandardCharsets.ISO_8859_1), head.length() + body.length);
            System.arraycopy(body, 0, question, head.length(), body.length);
            // A few hundred bytes into the buffer of a fresh connection: this returns before the peer has read them.
            plain.setSoTimeout(left());
            plain.getOutputStream().write(question);
            plain.getOutputStream().flush();
            return answer(plain);
        }
    }

    /** Ends it from another thread. */
    public void cut() {
        Socket open = socket;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void connect(InetAddress[] addresses) throws IOException {
        IOException first = null;
        for (InetAddress address : addresses) {
            Socket next = new Socket();
            socket = next;
            try {
                next.connect(new InetSocketAddress(address, endpoint.port()), left());
                return;
            } catch (IOException e) {
                next.close();
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    private Socket secured(Socket raw) throws IOException {
        if (!endpoint.ssl()) {
            return raw;
        }
        raw.setSoTimeout(left());
        return ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(raw, endpoint.host(), endpoint.port(), true);
    }

    private int left() throws SocketTimeoutException {
        long left = (endNanos - System.nanoTime() + 999_999) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("no whole answer in time");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    private String answer(Socket from) throws IOException {
        InputStream in = from.getInputStream();
        byte[] chunk = new byte[8192];
        while (come.size() <= LARGEST) {
            from.setSoTimeout(left());
            int read = in.read(chunk);
            if (read > 0) {
                come.write(chunk, 0, read);
            }
            String body = body(read < 0);
            if (body != null) {
                return body;
            }
            if (read < 0) {
                throw new IOException("the connection ended in the middle of the answer");
            }
        }
        throw new IOException("the answer is larger than " + LARGEST + " bytes");
    }

    /** The whole body, or {@code null} while some of it is missing. */
    private String body(boolean over) throws IOException {
        String text = come.toString(StandardCharsets.ISO_8859_1);
        int head = 0;
        int end = text.indexOf("\r\n\r\n");
        while (end >= 0 && text.startsWith(" 1", text.indexOf(' ', head))) {
            // 100 and its like: the answer is still to come.
            head = end + 4;
            end = text.indexOf("\r\n\r\n", head);
        }
        if (end < 0) {
            return null;
        }
        String headers = text.substring(head, end).toLowerCase(Locale.ROOT);
        String rest = text.substring(end + 4);
        int length = headers.indexOf("\r\ncontent-length:");
        if (headers.contains(CHUNKED)) {
            return chunks(rest);
        } else if (length >= 0) {
            int begin = length + "\r\ncontent-length:".length();
            int stop = headers.indexOf('\r', begin);
            int wanted = number(headers.substring(begin, stop < 0 ? headers.length() : stop), 10);
            return rest.length() >= wanted ? utf8(rest.substring(0, wanted)) : null;
        }
        return over ? utf8(rest) : null;
    }

    private static String chunks(String rest) throws IOException {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int line = rest.indexOf("\r\n", at);
            if (line < 0) {
                return null;
            }
            int size = number(rest.substring(at, line).split(";", 2)[0], 16);
            if (size == 0) {
                return utf8(whole.toString());
            }
            if (rest.length() < line + 2 + size + 2) {
                return null;
            }
            whole.append(rest, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    private static int number(String text, int radix) throws IOException {
        try {
            int number = Integer.parseInt(text.trim(), radix);
            if (number < 0 || number > LARGEST) {
                throw new IOException("an answer of " + number + " bytes is not taken");
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IOException("the answer's length is no number", e);
        }
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
