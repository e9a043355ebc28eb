package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What lies in the lease directory, which others may write to: a lease and a fencer's answer are none, or whole. */
class LeaseFileFuzzTest {

    /** The last line, which tells a whole file from a torn one, is put right. */
    private static String whole(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String number = FencerLease.values(text).getOrDefault("seq", "");
        return text + "\nversion=1\nend=" + number + "\n";
    }

    @FuzzTest
    void aLease(byte[] bytes) {
        FencerLease.parse(new String(bytes, StandardCharsets.ISO_8859_1));
        Optional<FencerLease> lease = FencerLease.parse(whole(bytes));
        if (lease.isPresent()) {
            FencerLease again = FencerLease.parse(lease.get().format()).orElseThrow();
            assertEquals(lease.get().seq(), again.seq());
            assertEquals(lease.get().deadlineMs(), again.deadlineMs());
            assertEquals(lease.get().validator().pid(), again.validator().pid());
            assertEquals(lease.get().format(), again.format().replace("agent_comm=", ""));
        }
    }

    @FuzzTest
    void anAnswer(byte[] bytes) {
        FencerReply.parse(new String(bytes, StandardCharsets.ISO_8859_1));
        FencerReply.parse(whole(bytes)).ifPresent(reply -> assertTrue(reply.bootId() != null && reply.nonce() != null
            && reply.problem() != null, reply.toString()));
    }
}
