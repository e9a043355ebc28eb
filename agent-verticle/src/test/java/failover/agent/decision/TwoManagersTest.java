package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState.Manager;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Role;
import org.junit.jupiter.api.Test;

/** E12: a host that knows of two managers, its own and one that may keep its peer active. */
class TwoManagersTest extends AgentUnderManagers {
    /** A restart must not forget it: the one that it heard last is the only one that polls then. */
    @Test
    void thatThereAreTwoIsKnownToTheNextStart() {
        Manager copy = new Manager("m1", 5, "run-z");
        bound(Role.PASSIVE);
        for (int i = 0; i < 3; i++) {
            pass(1_000);
            poll(copy, 0);
            pass(1_000);
            poll(OLD, 0);
        }
        DurableAgentState memory = agent.memory();
        agent = new AgentAtWork();
        agent.start(memory, false).observed();
        pass(60_000);
        assertNull(poll(copy, 0));
        assertEquals("refused", ordered(copy).outcome());
        agent.post(new AgentEvent.PeerAnswered(says(copy, 100)));
        assertEquals("done", ordered(copy).outcome());
    }

    /** From the beginning each host has met another manager. */
    @Test
    void aHostWhosePeerObeysAnotherManagerIsMadeActiveByNone() {
        agent.identity = AgentAtWork.OTHER;
        agent.start(AgentAtWork.memory(Role.PASSIVE), false).observed();
        assertNull(poll(OLD, 0));
        agent.post(new AgentEvent.Tick());
        assertEquals(1, asked());
        agent.post(new AgentEvent.PeerAnswered(says(OTHER, 100)));
        assertEquals("refused", ordered(OLD).outcome());
        assertTrue(ordered(OLD).message().contains("m2"), ordered(OLD).message());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM") && line.contains("m2")), agent.lines::toString);
        pass(5_000);
        agent.post(new AgentEvent.Tick());
        assertEquals(2, asked(), "it asks until they obey the same");
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 100)));
        assertEquals("done", ordered(OLD).outcome());
    }

    /** The host that was replaced is not the manager that is one too many. */
    @Test
    void anotherPeerDoesNotMakeOneManagerOfTwo() {
        agent.identity = AgentAtWork.OTHER;
        agent.start(AgentAtWork.memory(Role.PASSIVE), false).observed();
        assertNull(poll(OLD, 0));
        agent.post(new AgentEvent.Tick());
        agent.post(new AgentEvent.PeerAnswered(says(OTHER, 100)));
        agent.post(new AgentEvent.Forget(false, true));
        assertEquals("refused", ordered(OLD).outcome());
        agent.post(new AgentEvent.Forget(true, false));
        assertNull(poll(OLD, 0));
        assertEquals("done", ordered(OLD).outcome());
    }

    @Test
    void thePeerIsAskedNowAndThenWhomItObeysAndAnOlderStartIsNoOtherManager() {
        bound(Role.PASSIVE);
        agent.post(new AgentEvent.Tick());
        agent.post(new AgentEvent.PeerAnswered(says(new Manager("m1", 4, "run-y"), 100)));
        pass(29_000);
        agent.post(new AgentEvent.Tick());
        assertEquals(1, asked());
        pass(1_001);
        agent.post(new AgentEvent.Tick());
        assertEquals(2, asked());
        agent.post(new AgentEvent.PeerAnswered(says(new Manager("m1", 6, "run-q"), 100)));
        assertEquals("done", ordered(OLD).outcome());
    }

    /** The manager was restarted; what its earlier start had sent was on its way for seconds. */
    @Test
    void whatAnEarlierStartSentBeforeTheNewOneBeganIsNoSecondProcess() {
        bound(Role.PASSIVE);
        long before = agent.now().wallSeconds();
        Manager next = new Manager("m1", 6, "run-c");
        for (int i = 0; i < 4; i++) {
            pass(2_000);
            assertNull(poll(next, 0));
            pass(200);
            poll(OLD, 0, before + 2);
        }
        assertEquals("done", ordered(next).outcome());
    }

    /** Its clock is an hour behind: it goes on polling, and so it lives. */
    @Test
    void anEarlierStartThatGoesOnPollingLivesWhateverItsClockShows() {
        bound(Role.PASSIVE);
        long before = agent.now().wallSeconds() - 3600;
        Manager next = new Manager("m1", 6, "run-c");
        for (int i = 0; i < 8; i++) {
            pass(2_000);
            assertNull(poll(next, 0));
            pass(200);
            poll(OLD, 0, before + i * 2L);
        }
        assertEquals("refused", ordered(next).outcome());
    }

    /** A clone with longer numbers reaches this host now and then; the one it was copied from holds the peer. */
    @Test
    void aNewerStartThatWasLeftAndPollsAgainMakesThisHostActiveNoMoreThanTheOlderOne() {
        bound(Role.PASSIVE);
        Manager clone = new Manager("m1", 6, "run-c");
        assertNull(poll(clone, 0), "as if the manager had been started anew");
        pass(31_000);
        poll(OLD, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 100)));
        assertNull(poll(OLD, 0), "the clone is silent here, and the peer obeys this one");
        pass(1_000);
        assertNull(poll(clone, 0));
        assertEquals("refused", ordered(clone).outcome());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM: two processes")), agent.lines::toString);
        agent.post(new AgentEvent.PeerAnswered(says(clone, 100)));
        assertEquals("done", ordered(clone).outcome(), "the peer obeys it as well");
    }

    /** It polled while this host obeyed a third one, before the older one was gone over to: so both live. */
    @Test
    void aNewerStartThatPolledBeforeTheOlderOneWasGoneOverToLivesBesideIt() {
        bound(Role.PASSIVE);
        Manager gone = new Manager("m1", 6, "run-c");
        Manager clone = new Manager("m1", 6, "run-d");
        assertNull(poll(gone, 0));
        pass(5_000);
        assertNotNull(poll(clone, 0));
        pass(26_000);
        poll(OLD, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 100)));
        assertNull(poll(OLD, 0));
        assertNull(poll(clone, 0));
        pass(60_000);
        assertEquals("refused", ordered(clone).outcome());
        assertTrue(leaseWord().doubled().contains("two processes"), () -> leaseWord().toString());
    }

    /** Not only the new start waits after it began: it may have begun long ago, and have reached this host only now. */
    @Test
    void aNewerStartMakesThisHostActiveOnSilenceOnlyOnceWhatTheOneBeforeGrantedIsOver() {
        bound(Role.PASSIVE);
        Manager next = new Manager("m1", 6, "run-c");
        pass(60_000);
        poll(OLD, 0);
        pass(1_000);
        assertNull(poll(next, 0));
        FailoverResponse refused = onSilence(next);
        assertEquals("refused", refused.outcome());
        assertTrue(refused.message().contains("(E8)"), refused.message());
        pass(Q + 1_000);
        poll(next, 0);
        assertEquals("done", onSilence(next).outcome());
    }

    /** The one that was gone over to polled then, and may not have done so since. */
    @Test
    void theSameWhereTheOneBeforeWasGoneOverToJustNow() {
        bound(Role.PASSIVE);
        assertNull(poll(new Manager("m1", 6, "run-c"), 0));
        pass(31_000);
        poll(OLD, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 100)));
        Manager next = new Manager("m1", 7, "run-d");
        assertNull(poll(next, 0));
        assertEquals("refused", onSilence(next).outcome());
        pass(Q + 1_000);
        poll(next, 0);
        FailoverResponse done = onSilence(next);
        assertEquals("done", done.outcome(), done::message);
    }

    /** It lost its memory, and the first to poll it is not the manager that keeps its peer. */
    @Test
    void aHostThatObeysWhoeverPolledFirstIsNotMadeActiveOnSilenceAtOnce() {
        unbound();
        assertNull(poll(OTHER, 0));
        FailoverResponse refused = onSilence(OTHER);
        assertEquals("refused", refused.outcome());
        assertTrue(refused.message().contains("(E8)"), refused.message());
        pass(Q + 1_000);
        poll(OTHER, 0);
        assertEquals("done", onSilence(OTHER).outcome(), "nobody else was heard");
    }

    @Test
    void whereAnotherManagerPollsAHostThatObeysTheFirstThePeerSaysWhichIsRight() {
        for (Manager peers : new Manager[] {OLD, OTHER}) {
            agent = new AgentAtWork();
            unbound();
            assertNull(poll(OTHER, 0));
            assertNotNull(poll(OLD, 0));
            pass(Q + 1_000);
            poll(OTHER, 0);
            assertEquals("refused", ordered(OTHER).outcome());
            assertTrue(leaseWord().doubled().contains("another one, " + OLD), () -> leaseWord().toString());
            agent.post(new AgentEvent.PeerAnswered(says(peers, 100)));
            assertEquals(peers == OTHER ? "done" : "refused", ordered(OTHER).outcome());
        }
    }

    /** Once the peer has said that it obeys the same, a second manager is refused and harms nobody. */
    @Test
    void aSecondManagerBesideTheOneThatBothObeyIsRefusedAndNoDoubt() {
        unbound();
        assertNull(poll(OTHER, 0));
        agent.post(new AgentEvent.PeerAnswered(says(OTHER, 100)));
        assertNotNull(poll(OLD, 0));
        assertNull(leaseWord().doubled());
        assertEquals("done", ordered(OTHER).outcome());
    }

    private void unbound() {
        agent.identity = AgentAtWork.OTHER;
        agent.start(AgentAtWork.memory(Role.PASSIVE).withBindings(new DurableAgentState.Bindings(null, "peer", null, 0)), false).observed();
        pass(60_000);
    }
}
