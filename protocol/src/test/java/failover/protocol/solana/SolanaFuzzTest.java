package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;

/** What validators, clusters and operators leave us to read: any bytes are answered with a reason, or with what keeps its own rules. */
class SolanaFuzzTest {
    static final Keypair IDENTITY = Keypair.of(keypair(new byte[32]));
    private static final String NODE = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";
    private static final String ACCOUNT = "Vote111111111111111111111111111111111111111";
    private static final String OTHER = "11111111111111111111111111111111";
    private Path file;

    @AfterEach
    void clean() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }

    private static byte[] keypair(byte[] seed) {
        byte[] both = Arrays.copyOf(seed, Keypair.SIZE);
        System.arraycopy(Ed25519.publicKey(seed), 0, both, 32, 32);
        return both;
    }

    /** The bytes are what the signature covers: without a signature of its own each would be refused before it is read. */
    @FuzzTest
    void aTower(byte[] data) {
        for (int version = 0; version < 2; version++) {
            byte[] signed = ByteBuffer.allocate(4 + 64 + 8 + data.length).order(ByteOrder.LITTLE_ENDIAN).putInt(version)
                .put(IDENTITY.sign(data)).putLong(data.length).put(data).array();
            TowerReading reading = Tower.read(signed, IDENTITY.pubkey());
            assertEquals(reading.valid(), reading.tower().isPresent());
            assertEquals(reading.valid(), reading.reason().isEmpty());
            reading.tower().ifPresent(tower -> {
                long last = tower.root().orElse(-1);
                for (Tower.Vote vote : tower.votes()) {
                    assertTrue(vote.slot() > last && vote.confirmations() > 0, tower.votes() + " above the root " + tower.root());
                    last = vote.slot();
                }
                OptionalLong voted = tower.votes().isEmpty() ? OptionalLong.empty() : OptionalLong.of(last);
                assertEquals(voted, tower.lastVotedSlot());
            });
        }
    }

    @FuzzTest
    void aTowerFile(byte[] file) {
        assertTrue(!Tower.read(file, IDENTITY.pubkey()).valid() || file.length > 76);
    }

    /** The public half is put right where there are 64 numbers: a key is more than its last check. */
    @FuzzTest
    void aKeypair(byte[] text) throws IOException {
        file = file == null ? Files.createTempFile("keypair", ".json") : file;
        Keypair pair = read(text);
        if (pair == null) {
            String[] items = new String(text, StandardCharsets.ISO_8859_1).split(",", -1);
            if (items.length != Keypair.SIZE) {
                return;
            }
            byte[] seed = new byte[32];
            for (int i = 0; i < seed.length; i++) {
                seed[i] = (byte) items[i].hashCode();
            }
            byte[] whole = keypair(seed);
            for (int i = 32; i < Keypair.SIZE; i++) {
                items[i] = (whole[i] & 0xff) + (i == Keypair.SIZE - 1 ? "]" : "");
            }
            for (int i = 0; i < 32; i++) {
                items[i] = items[i].matches("\\[?[0-9]{1,3}") ? (i == 0 ? "[" : "") + (seed[i] & 0xff) : items[i];
            }
            pair = read(String.join(",", items).getBytes(StandardCharsets.ISO_8859_1));
        }
        if (pair != null) {
            assertArrayEquals(pair.bytes(), Keypair.of(pair.bytes()).bytes());
        }
    }

    private Keypair read(byte[] text) throws IOException {
        Files.write(file, text);
        try {
            return Keypair.read(file);
        } catch (IOException refused) {
            String why = refused.getMessage();
            assertTrue(why.startsWith("keypair file " + file) && why.length() < 300, why);
            return null;
        }
    }

    /** However the answer is cut into pieces, it is the same answer. */
    @FuzzTest
    void aListOfVoteAccounts(byte[] bytes) {
        int piece = bytes.length == 0 ? 1 : 1 + (bytes[0] & 0x1f);
        byte[] answer = bytes.length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, bytes.length);
        assertEquals(listed(answer, answer.length + 1), listed(answer, piece));
    }

    private static String listed(byte[] answer, int piece) {
        VoteAccountList list = new VoteAccountList(NODE);
        try {
            for (int from = 0; from < answer.length; from += piece) {
                list.feed(Arrays.copyOfRange(answer, from, Math.min(answer.length, from + piece)));
            }
            List<String> accounts = list.end();
            assertTrue(accounts.size() <= VoteAccountList.MOST_ACCOUNTS, accounts.toString());
            return accounts.toString();
        } catch (IllegalArgumentException refused) {
            // Of what is not JSON its first bytes are shown, and those are the piece's.
            return refused.getMessage().startsWith("not JSON-RPC: ") || refused.getMessage().startsWith("half a list") ? "no JSON"
                : refused.getMessage();
        }
    }

    @FuzzTest
    void votesOfAnAccount(byte[] text) {
        Object result;
        try {
            result = Json.decodeValue(Buffer.buffer(text));
        } catch (DecodeException noJson) {
            return;
        }
        for (List<String> accounts : List.of(List.of(ACCOUNT), List.of(ACCOUNT, OTHER))) {
            try {
                VoteAccounts.Votes votes = VoteAccounts.votes(result, accounts, NODE);
                assertTrue(votes.lastVote() >= 0 && votes.lastVote() <= votes.slot(), votes.toString());
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().length() < 500, refused.getMessage());
            }
        }
        try {
            assertTrue(VoteAccounts.lastVote(result, ACCOUNT, NODE) >= 0);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().length() < 500, refused.getMessage());
        }
    }
}
