package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.HostRecord;
import failover.manager.decision.DurableManagerState.Intent;
import failover.protocol.wire.LeaseStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A host keeps its name, its address changes, or the other way round: what is known of it is bound to its id (E10, E17). */
class RenamedTest {
    private final ManagerAtWork manager = new ManagerAtWork();
    private String operation;

    /** The secondary was sent become_active, and nobody knows what became of it. */
    private void unresolved(DurableManagerState.Phase step) {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        if (step == DurableManagerState.Phase.CLEARING) {
            manager.noReply(Failure.Kind.NO_ANSWER);
            manager.beats(2);
            assertEquals("secondary become_passive", manager.out());
        }
        assertEquals(step, manager.saved.intent().step());
        operation = manager.saved.intent().operationId();
        manager.commands.clear();
        manager.b().answers = false;
    }

    private boolean unfinished() {
        return manager.saved.intent() != null && manager.saved.intent().operationId().equals(operation);
    }

    private void restart(String first, String second) {
        manager.first = first;
        manager.second = second;
        manager.memory = manager.saved;
        manager.commands.clear();
        manager.lines.clear();
        manager.begin();
    }

    private void nobodyElseIsPromoted(int beats) {
        for (int i = 0; i < beats; i++) {
            manager.beats(1);
            assertTrue(!manager.out().endsWith("become_active"), () -> manager.out() + " while it is not known: " + manager.lines);
            assertTrue(unfinished() && operation.equals(manager.state.move.operationId), "the operation is not forgotten");
            if (!manager.out().isEmpty()) {
                manager.noReply(Failure.Kind.NOT_DELIVERED);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"http://a, http://c, PROMOTING", "http://a, http://c, CLEARING", "http://d, http://b, PROMOTING",
        "http://d, http://b, CLEARING", "http://d, http://c, PROMOTING", "http://d, http://c, CLEARING"})
    void anUnfinishedPromotionIsNotForgottenBecauseAnEndpointIsAnotherOne(String first, String second, DurableManagerState.Phase step) {
        unresolved(step);
        restart(first, second);
        nobodyElseIsPromoted(40);
        // And through one more restart, in which nothing was heard.
        restart(first, second);
        nobodyElseIsPromoted(40);
        manager.b().answers = true;
        manager.b().active = true;
        manager.b().epoch = 4;
        manager.beats(3);
        if (!manager.out().isEmpty()) {
            assertEquals("secondary become_passive", manager.out());
            manager.reply("done");
        }
        assertTrue(!unfinished(), () -> "its own word, at whatever address, ends the doubt: " + manager.lines);
        assertEquals(second, manager.saved.secondary().endpoint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://b, http://a", "http://c, http://a", "http://b, http://d"})
    void norBecauseTheHostsAreNamedTheOtherWayRound(String endpoints) {
        unresolved(DurableManagerState.Phase.CLEARING);
        ManagerAtWork.Says was = manager.hosts.get(Host.PRIMARY);
        manager.hosts.put(Host.PRIMARY, manager.hosts.get(Host.SECONDARY));
        manager.hosts.put(Host.SECONDARY, was);
        restart(endpoints.split(", ")[0], endpoints.split(", ")[1]);
        assertEquals(Host.PRIMARY, manager.state.move.to);
        nobodyElseIsPromoted(40);
        manager.a().answers = true;
        manager.beats(2);
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        assertTrue(!unfinished());
    }

    /** Another machine, at an address that is new as well: nothing it says is the word of the one that may be voting. */
    @ParameterizedTest
    @ValueSource(strings = {"another-machine", "id-primary", ""})
    void whatAnotherMachineSaysAtTheNewAddressEndsNoDoubt(String who) {
        unresolved(DurableManagerState.Phase.CLEARING);
        manager.b().answers = true;
        manager.b().hostId = who;
        manager.b().active = false;
        manager.b().lease = who.isEmpty() ? null : manager.b().lease;
        restart("http://a", "http://c");
        for (int i = 0; i < 20; i++) {
            manager.beats(1);
            assertNotNull(manager.state.move);
            assertTrue(!manager.out().endsWith("become_active"), manager.out());
            if (!manager.out().isEmpty()) {
                manager.answersAs = who;
                manager.reply("done");
            }
        }
        assertTrue(manager.state.judgement.why().contains("--i-have-fenced"), manager.state.judgement.why());
        manager.fenced = true;
        manager.commands.clear();
        manager.ask();
        manager.beats(3);
        assertTrue(!unfinished(), "the operator's word ends it");
    }

    /** It had attested a fencer, and is silent at an address at which nobody ever met it: that silence is not its own. */
    @Test
    void silenceAtANewAddressIsNoProofThatItIsGone() {
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.a().epoch = 3;
        manager.start();
        manager.ask();
        manager.reply("done");
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.b().answers = false;
        operation = manager.saved.intent().operationId();
        assertTrue(manager.saved.secondary().attested());
        restart("http://a", "http://typo");
        nobodyElseIsPromoted(60);
        assertTrue(manager.state.judgement.why().contains("the endpoint of [secondary] is http://typo now, it was http://b"),
                manager.state.judgement.why());
    }

    @Test
    void theActiveAtANewAddressIsTheActive() {
        manager.leased();
        restart("http://c", "http://b");
        assertEquals(1, manager.said("the endpoint of [primary] is http://c now, it was http://a"));
        manager.beats(8);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("http://c", manager.saved.primary().endpoint());
        assertEquals(1, manager.said("[primary] has answered at its new endpoint http://c"));
        assertTrue(manager.offered(Host.PRIMARY).grantEpoch() >= 3, "and goes on under its lease");
        manager.a().running = false;
        manager.beats(3);
        assertEquals("primary become_passive", manager.out(), "it is replaced like any other");
    }

    /** Written wrong: the one that votes is not heard there, and is not replaced for it, whatever proof is asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"ours", "original"})
    void theActiveIsNotReplacedForBeingSilentAtAnAddressAtWhichItNeverWas(String agent) {
        manager.evidence = Policy.VoteEvidence.OFF;
        if ("original".equals(agent)) {
            manager.a().hostId = "";
            manager.a().verified = false;
            manager.start();
        } else {
            manager.leased();
        }
        manager.a().answers = false;
        restart("http://typo", "http://b");
        manager.beats(40);
        assertEquals("", manager.out(), manager.lines::toString);
        assertEquals(Verdict.IDENTITY_UNKNOWN, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("Correct the endpoint"), manager.state.judgement.why());
        manager.ask();
        assertEquals(503, manager.answers.get(1L).status());
        manager.a().answers = true;
        manager.beats(3);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict(), "once it is heard it is who it was");
        manager.a().answers = false;
        manager.beats(20);
        assertEquals("original".equals(agent) ? "secondary become_active" : "primary become_passive", manager.out(),
                "and its silence counts");
    }

    @Test
    void butByAnOperatorsWordItIs() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
        manager.a().answers = false;
        restart("http://typo", "http://b");
        manager.beats(40);
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Failure.Kind.NOT_DELIVERED);
        assertEquals("secondary become_active", manager.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"another-machine", ""})
    void anotherMachineAtTheActivesNewAddressDoesNotSpeakForIt(String who) {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
        manager.a().hostId = who;
        manager.a().active = false;
        manager.a().epoch = 0;
        manager.a().lease = who.isEmpty() ? null : new LeaseStatus("x-1", 0, false, null, false, 0);
        restart("http://c", "http://b");
        manager.beats(20);
        assertEquals("", manager.out(), manager.lines::toString);
        assertEquals(Verdict.IDENTITY_UNKNOWN, manager.verdict());
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.reply("done");
        manager.beats(3);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
    }

    /** The passive was replaced by a machine of its own: it is taken, and what the old one said of epochs is not its word. */
    @ParameterizedTest
    @ValueSource(strings = {"new-b", ""})
    void aNewMachineAtThePassivesNewAddressIsTaken(String who) {
        manager.leased();
        manager.b().hostId = who;
        manager.b().lease = who.isEmpty() ? null : manager.b().lease;
        restart("http://a", "http://c");
        manager.beats(8);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("http://c", manager.saved.secondary().endpoint());
        assertEquals(who.isEmpty() ? null : who, manager.saved.secondary().id());
    }

    /** Both addresses are new, and in the other order: ids tell, nothing is moved, and the operator is told. */
    @Test
    void twoNewAddressesTheOtherWayRoundAreSeenByTheIds() {
        manager.leased();
        manager.a().hostId = "id-secondary";
        manager.b().hostId = "id-primary";
        manager.a().active = false;
        manager.b().active = true;
        restart("http://c", "http://d");
        manager.beats(20);
        assertEquals(Verdict.SWAPPED_HOSTS, manager.verdict());
        assertEquals("", manager.out());
        ManagerAtWork.Says was = manager.hosts.get(Host.PRIMARY);
        manager.hosts.put(Host.PRIMARY, manager.hosts.get(Host.SECONDARY));
        manager.hosts.put(Host.SECONDARY, was);
        restart("http://d", "http://c");
        manager.beats(8);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict(), "the order corrected, they are who they are");
    }

    @Test
    void whatAStartGoesOnWith() {
        HostRecord a = new HostRecord("http://a", "id-a", 7, 5);
        HostRecord b = new HostRecord("http://b", "id-b", 6, 7);
        Intent intent = new Intent("op", Host.PRIMARY, Host.SECONDARY, DurableManagerState.Phase.PROMOTING, "r");
        DurableManagerState memory = new DurableManagerState("m", 3, 7, Host.PRIMARY, a, b, 5, intent, null, new ChainTip(9, 1,
                List.of("rpc")), null);
        for (String[] pair : new String[][] {{"http://a", "http://c"}, {"http://c", "http://b"}, {"http://c", "http://d"}}) {
            DurableManagerState begun = memory.begun(pair[0], pair[1]);
            assertEquals(a, begun.primary());
            assertEquals(b, begun.secondary());
            assertEquals(intent, begun.intent());
            assertEquals(Host.PRIMARY, begun.holder());
            assertEquals(List.of("rpc"), begun.tip().sources());
            assertEquals(pair[0].equals("http://c") && pair[1].equals("http://d") ? ChainTip.UNTRUSTED : 9, begun.tip().slot());
        }
        for (String[] pair : new String[][] {{"http://b", "http://a"}, {"http://c", "http://a"}, {"http://b", "http://c"}}) {
            DurableManagerState begun = memory.begun(pair[0], pair[1]);
            assertEquals(b, begun.primary());
            assertEquals(a, begun.secondary());
            assertEquals(Host.PRIMARY, begun.intent().to());
            assertEquals(Host.SECONDARY, begun.holder());
        }
        assertEquals(HostRecord.at("http://x"), DurableManagerState.fresh("m").begun("http://x", "http://y").primary());
    }
}
