package failover.testbed.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the same question over and over on keep-alive connections, on each the next one as soon as the last is answered. One thread and
 * one selector for all connections: it takes as little of the machine from the program under test as Java can.
 */
final class LoadGenerator {
    private static final int ANSWER_LIMIT = 64 * 1024;
    private static final long SILENCE_NANOS = 5_000_000_000L;
    private static final byte[] OK = "HTTP/1.1 200 ".getBytes(StandardCharsets.ISO_8859_1);
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

    private final InetSocketAddress to;
    private final byte[] request;
    private final Latencies latencies = new Latencies();
    private long measureFrom;
    private long until;

    /**
     * What was seen.
     *
     * @param answers   how many came after the warm-up
     * @param perSecond of them
     * @param latencies of each of them
     */
    record Figures(int answers, double perSecond, Latencies latencies) {
    }

    private LoadGenerator(InetSocketAddress to, byte[] request) {
        this.to = to;
        this.request = request;
    }

    /** Blocks until the warm-up and then the time of measuring have passed. Any answer but a 200 is an error. */
    static Figures run(InetSocketAddress to, byte[] request, int connections, Duration warmUp, Duration measured) throws IOException {
        return new LoadGenerator(to, request).run(connections, warmUp, measured);
    }

    private Figures run(int connections, Duration warmUp, Duration measured) throws IOException {
        try (Selector selector = Selector.open()) {
            try {
                measureFrom = System.nanoTime() + warmUp.toNanos();
                until = measureFrom + measured.toNanos();
                for (int i = 0; i < connections; i++) {
                    new Connection(selector).ask();
                }
                loop(selector);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
        return new Figures(latencies.count(), latencies.count() * 1e9 / measured.toNanos(), latencies);
    }

    private void loop(Selector selector) throws IOException {
        long heard = System.nanoTime();
        while (System.nanoTime() - until < 0) {
            if (selector.select(100) > 0) {
                for (SelectionKey key : selector.selectedKeys()) {
                    ((Connection) key.attachment()).readable();
                }
                selector.selectedKeys().clear();
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > SILENCE_NANOS) {
                throw new IOException(to + " has not answered for " + SILENCE_NANOS / 1_000_000_000 + " s");
            }
        }
    }

    /** One connection with at most one question under way. */
    private final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer question = ByteBuffer.wrap(request);
        private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_LIMIT);
        private long askedAt;
        private int wanted = -1;

        Connection(Selector selector) throws IOException {
            channel = SocketChannel.open(to);
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void ask() throws IOException {
            question.clear();
            answer.clear();
            wanted = -1;
            askedAt = System.nanoTime();
            channel.write(question);
            if (question.hasRemaining()) {
                throw new IOException("the kernel does not take a question of " + request.length + " bytes at once");
            }
        }

        void readable() throws IOException {
            if (channel.read(answer) < 0) {
                throw new IOException(to + " closed a connection; it had answered so far: " + text());
            }
            if (wanted < 0) {
                wanted = length();
            }
            if (wanted < 0 || answer.position() < wanted) {
                if (!answer.hasRemaining()) {
                    throw new IOException(to + " answered more than " + ANSWER_LIMIT + " bytes");
                }
                return;
            }
            long now = System.nanoTime();
            for (int i = 0; i < OK.length; i++) {
                if (answer.get(i) != OK[i]) {
                    throw new IOException(to + " answered: " + text());
                }
            }
            if (now - measureFrom >= 0 && now - until < 0) {
                latencies.add(now - askedAt);
            }
            ask();
        }

        /** Of head and body together; -1 before the head is complete. */
        private int length() throws IOException {
            String text = text();
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return -1;
            }
            Matcher matcher = LENGTH.matcher(text.substring(0, end));
            if (!matcher.find()) {
                throw new IOException(to + " answered without a Content-Length: " + text);
            }
            return end + 4 + Integer.parseInt(matcher.group(1));
        }

        private String text() {
            return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        }
    }
}
