package failover.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program for tests: opens many connections, sends what it is told on each, reads nothing, and holds them until its input ends. */
public final class Flood {
    private Flood() {
    }

    /** {@code FROM PORT CONNECTIONS [BYTES]}: with bytes, an unfinished body of that length on each. */
    public static void main(String[] args) throws IOException {
        int bytes = args.length > 3 ? Integer.parseInt(args[3]) : 0;
        byte[] text = bytes == 0 ? new byte[0] : ("POST /failover HTTP/1.1\r\nHost: x\r\nContent-Length: " + (bytes + 1) + "\r\n\r\n"
            + " ".repeat(bytes)).getBytes(StandardCharsets.US_ASCII);
        List<Socket> all = new ArrayList<>();
        int failed = 0;
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            try {
                Socket socket = new Socket();
                all.add(socket);
                socket.bind(new InetSocketAddress(args[0], 0));
                socket.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])), 10_000);
                send(socket, text);
            } catch (IOException refused) {
                failed++;
            }
        }
        System.out.println("opened " + (all.size() - failed));
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private static void send(Socket socket, byte[] text) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(text);
        } catch (IOException closed) {
            // It did not want all of it.
            return;
        }
    }
}
