package failover.agent.fence;

import static failover.agent.Interleavings.begin;
import static failover.agent.Interleavings.check;
import static failover.agent.Interleavings.join;

import failover.agent.Interleavings;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.TaskResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What other threads put into the dead-man's inbox while it takes from it (E2), under the interleavings that a model checker tries: it
 * chooses at which access one thread is suspended and the other continues, and prints the interleaving that failed.
 */
class FenceInboxTest {
    @Test
    void ofTwoAnswersTheNewerReachesTheDeadMan() {
        Interleavings.of(() -> {
            FenceInbox inbox = new FenceInbox();
            Thread overdue = begin(() -> inbox.put(done(1)));
            Thread newer = begin(() -> inbox.put(done(2)));
            List<FenceEvent> taken = new ArrayList<>();
            take(inbox, taken);
            join(overdue);
            join(newer);
            drain(inbox, taken);
            check(taken.stream().filter(done(2)::equals).count() == 1, "the newer is not among " + taken);
            check(taken.stream().filter(done(1)::equals).count() <= 1, "twice in " + taken);
        });
    }

    @Test
    void whatIsPublishedAndSaidLastIsWhatTheDeadManGoesBy() {
        Interleavings.of(() -> {
            FenceInbox inbox = new FenceInbox();
            FenceEvent.Published first = new FenceEvent.Published(null, 0);
            FenceEvent.Published last = new FenceEvent.Published(null, 1);
            FenceEvent.FencerSaid said = new FenceEvent.FencerSaid(true, null);
            Thread context = begin(() -> {
                inbox.put(first);
                inbox.put(last);
                inbox.put(said);
            });
            List<FenceEvent> taken = new ArrayList<>();
            take(inbox, taken);
            take(inbox, taken);
            join(context);
            drain(inbox, taken);
            // Of one kind; a kind may overtake another.
            check(taken.remove(said) && !taken.contains(said), "what was said is not once among " + taken);
            check(taken.equals(List.of(first, last)) || taken.equals(List.of(last)), "published, and taken " + taken);
        });
    }

    private static FenceEvent.Done done(long number) {
        return new FenceEvent.Done(number, new TaskResult.Saved(null));
    }

    private static void take(FenceInbox inbox, List<FenceEvent> taken) {
        FenceEvent next = inbox.take();
        if (next != null) {
            taken.add(next);
        }
    }

    private static void drain(FenceInbox inbox, List<FenceEvent> taken) {
        for (FenceEvent next = inbox.take(); next != null; next = inbox.take()) {
            taken.add(next);
        }
    }
}
