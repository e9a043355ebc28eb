package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeypairTest {
    /** RFC 8032, section 7.1, test 2. */
    private static final byte[] SEED = HexFormat.of().parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    private static final byte[] PUBLIC = HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");

    @TempDir
    Path directory;

    private static Keypair known() {
        byte[] both = Arrays.copyOf(SEED, 64);
        System.arraycopy(PUBLIC, 0, both, 32, 32);
        return Keypair.of(both);
    }

    @Test
    void theRfcVectorGivesItsKeyAndItsSignature() {
        assertArrayEquals(PUBLIC, known().pubkey().bytes());
        assertEquals("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            HexFormat.of().formatHex(known().sign(new byte[] {0x72})));
    }

    @Test
    void aSignatureVerifiesAndAnyChangeBreaksIt() {
        Keypair pair = Keypair.generate();
        byte[] message = {1, 2, 3};
        byte[] signature = pair.sign(message);
        assertTrue(pair.pubkey().verifies(message, signature));
        assertFalse(pair.pubkey().verifies(new byte[] {1, 2, 4}, signature));
        assertFalse(Keypair.generate().pubkey().verifies(message, signature));
        assertFalse(pair.pubkey().verifies(message, new byte[3]));
        signature[5] ^= 1;
        assertFalse(pair.pubkey().verifies(message, signature));
    }

    @Test
    void aKeyThatIsNoPointOfTheCurveVerifiesNothing() {
        byte[] all = new byte[32];
        Arrays.fill(all, (byte) 0xff);
        assertFalse(Pubkey.of(all).verifies(new byte[1], new byte[64]));
    }

    @Test
    void aWrittenFileIsReadBackAndOnlyItsOwnerMayReadIt() throws IOException {
        Path file = directory.resolve("id.json");
        Keypair pair = Keypair.generate();
        pair.write(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertArrayEquals(pair.bytes(), Keypair.read(file).bytes());
    }

    @Test
    void anExistingKeypairIsNeverOverwritten() throws IOException {
        Path file = directory.resolve("id.json");
        Keypair first = Keypair.generate();
        first.write(file);
        IOException e = assertThrows(IOException.class, () -> Keypair.generate().write(file));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertEquals(first.pubkey(), Keypair.read(file).pubkey());
    }

    @Test
    void aSymbolicLinkIsFollowed() throws IOException {
        Path file = directory.resolve("staked.json");
        Keypair pair = Keypair.generate();
        pair.write(file);
        Path link = Files.createSymbolicLink(directory.resolve("identity.json"), file);
        assertEquals(pair.pubkey(), Keypair.read(link).pubkey());
    }

    @Test
    void aBadFileIsNamedAndNothingOfItIsQuoted() throws IOException {
        String[] bad = {"", "[]", "{}", "[1,2,3]", "[" + "1,".repeat(63) + "256]", "[" + "1,".repeat(63) + "1.5]",
            "[" + "201,".repeat(63) + "x7x]",
            "[" + "77,".repeat(63) + "77]", "[" + "1,".repeat(10_000) + "1]", "\u0000\u0001\u0002"};
        Path file = directory.resolve("bad.json");
        for (String content : bad) {
            Files.writeString(file, content);
            IOException e = assertThrows(IOException.class, () -> Keypair.read(file));
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
            assertFalse(e.toString().contains("x7x") || e.getMessage().contains("77,"), "quotes the secret: " + e.getMessage());
        }
    }

    @Test
    void aMissingFileAndADirectoryAreNamed() {
        assertTrue(assertThrows(IOException.class, () -> Keypair.read(directory.resolve("none"))).getMessage().contains("does not exist"));
        assertTrue(assertThrows(IOException.class, () -> Keypair.read(directory)).getMessage().contains(directory.toString()));
    }

    @Test
    void theSecretIsNotInToString() {
        assertEquals("Keypair[" + known().pubkey() + "]", known().toString());
    }
}
