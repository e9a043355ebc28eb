package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VoteAccountListTest {
    private static final String NODE = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String OTHER = Keypair.generate().pubkey().toString();

    private static String entry(String node, String account, String stake) {
        return "{\"activatedStake\":" + stake + ",\"epochCredits\":[[0,375,0],[1,400,375]],\"nodePubkey\":\"" + node
            + "\",\"votePubkey\":\"" + account + "\",\"lastVote\":412}";
    }

    private static String answer(String current, String delinquent) {
        return "{\"jsonrpc\":\"2.0\",\"result\":{\"current\":[" + current + "],\"delinquent\":[" + delinquent + "]},\"id\":1}";
    }

    private static List<String> read(String answer, int step) {
        VoteAccountList list = new VoteAccountList(NODE);
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += step) {
            list.feed(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step)));
        }
        return list.end();
    }

    @Test
    void allAccountsOfTheIdentityAreFoundCurrentOrDelinquentWhereverTheAnswerIsCut() {
        String answer = answer(entry(OTHER, OTHER, "9") + ",\"x\"," + entry(NODE, ACCOUNT, "5"), entry(NODE, OTHER, "0.0"));
        for (int step = 1; step <= answer.length(); step++) {
            assertEquals(List.of(ACCOUNT, OTHER), read(answer, step));
        }
        assertEquals(List.of(OTHER, ACCOUNT), read(answer.replace("\"activatedStake\":0.0", "\"activatedStake\":6"), 64),
            "most stake first");
        assertEquals(List.of(), read(answer("", entry(OTHER, OTHER, "9")), 7));
    }

    @Test
    void whatIsNoListIsAReason() {
        for (String text : new String[] {"{}", "{\"result\":{}}", "{\"result\":{\"current\":[]}}", "{\"result\":null}", "[]", "7",
            "<html>maintenance</html>", "{\"result\":{\"current\":[],\"delinquent\":[", "{\"result\":{\"current\":{},\"delinquent\":{}}}",
            "{\"x\":{\"current\":[],\"delinquent\":[]}}", "{\"a\":\"" + "x".repeat(2_000) + "\"}", "[".repeat(100)}) {
            assertThrows(IllegalArgumentException.class, () -> read(text, 16), text);
        }
        assertEquals("-32601", assertThrows(VoteAccountList.Refused.class,
            () -> read("{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}", 5)).code());
        assertEquals(List.of(), read(answer(entry(NODE, "no base58", "5"), ""), 16), "an account that is none is left out");
    }

    @Test
    void ofMoreAccountsThanAnybodyHasThoseWithTheMostStakeAreKept() {
        StringBuilder entries = new StringBuilder();
        List<String> last = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String account = Keypair.generate().pubkey().toString();
            entries.append(i == 0 ? "" : ",").append(entry(NODE, account, String.valueOf(i)));
            last.add(0, account);
        }
        assertEquals(last.subList(0, VoteAccountList.MOST_ACCOUNTS), read(answer(entries.toString(), ""), 1000));
    }

    /** The reader in a heap that the list does not fit into by far, as in a manager with its 64 MB, which has others to read as well. */
    public static final class InLittleMemory {
        private InLittleMemory() {
        }

        public static void main(String[] args) {
            for (String kind : List.of("entries", "arrays")) {
                VoteAccountList list = new VoteAccountList(args[0]);
                list.feed(("{\"result\":{\"current\":[" + entry(args[0], args[1], "5")).getBytes(StandardCharsets.UTF_8));
                for (long fed = 0; fed < VoteAccountList.LARGEST;) {
                    String more = kind.equals("entries") ? ("," + entry(OTHER, OTHER, "9")).repeat(100) : ",[]".repeat(10_000);
                    byte[] bytes = more.getBytes(StandardCharsets.UTF_8);
                    list.feed(bytes);
                    fed += bytes.length;
                }
                list.feed("],\"delinquent\":[]}}".getBytes(StandardCharsets.UTF_8));
                if (!list.end().equals(List.of(args[1]))) {
                    throw new AssertionError(kind);
                }
            }
            VoteAccountList list = new VoteAccountList(args[0]);
            list.feed("{\"result\":{\"current\":[{}".getBytes(StandardCharsets.UTF_8));
            Random random = new Random(7);
            try {
                while (true) {
                    list.feed((",{\"" + Long.toHexString(random.nextLong()) + "\":1}").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void theLargestListThereMayBeIsReadInAHeapOfSixteenMegabytes() throws Exception {
        Process java = new ProcessBuilder(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java", "-Xmx16m",
            "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"), InLittleMemory.class.getName(), NODE, ACCOUNT)
            .redirectErrorStream(true).start();
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(java.waitFor(5, TimeUnit.MINUTES));
        assertEquals(0, java.exitValue(), said);
        assertTrue(said.contains("more than 256 kinds of fields"), said);
    }
}
