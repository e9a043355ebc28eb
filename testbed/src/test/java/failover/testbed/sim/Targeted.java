package failover.testbed.sim;

import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.HANGS;
import static failover.testbed.sim.Stage.M;
import static failover.testbed.sim.Stage.REFUSED;
import static failover.testbed.sim.Stage.WORKS;
import static failover.testbed.sim.Stage.landsLate;
import static failover.testbed.sim.Stage.slow;

import failover.agent.decision.CommandKind;
import failover.protocol.wire.Action;
import failover.testbed.sim.Fault.Kind;

/**
 * Scenarios in which exactly one rule keeps the pair from harm: well as they are, and not when it is taken away. The default numbers are
 * 2 s × 5: S = 10 s, Q = 9.41 s, a holder fences itself 6.9 s after its newest token that was echoed.
 */
final class Targeted {
    private Targeted() {
    }

    /**
     * Nobody looks at votes, B has promised nothing for long, and then nobody hears A any more. Its answers are lost before M's polls are:
     * so A has the newest token that M has, and M's last call does not reach it.
     */
    private static Scenario lost(String name) {
        return Scenario.of(name).evidenceOff().at(40, s -> s.cutBoth(A, B)).at(55, s -> s.cut(A, M)).at(57, s -> s.cut(M, A));
    }

    static Scenario pollsComeLate() {
        return Scenario.of("polls reach A too late to be answered, then M replaces it").evidenceOff()
                .at(40, s -> s.cutBoth(A, B)).at(51, s -> s.slowTo(A, 2.6))
                .signs("", 59, 60).promoted(B, 55, 60, 63).until(100);
    }

    static Scenario hostSleeps() {
        return Scenario.of("host A sleeps for a minute, and finds old polls at its door").evidenceOff().judgedAs(RunClass.SUSPENDS)
                .at(52.5, s -> s.suspendHost(A, 60)).at(61, s -> s.cutBoth(A, M)).at(61, s -> s.cut(B, A))
                .promoted(B, 55, 62, 66).signs("B", 114, 150).until(150)
                .expect(play -> play.longestBoth() < 0.6 ? null : "two can sign for " + play.longestBoth() + " s after the wake");
    }

    static Scenario silenceEndsNoLease() {
        return lost("a silent host is not replaced before its lease is over").promoted(B, 56, 64.4, 67).until(100);
    }

    static Scenario fenceTakesItsTime() {
        return lost("A needs its whole fence, and M's clock is fast").clocks(0.995, 1, 1.005).at(50, s -> s.removing(A, HANGS))
                .at(50, s -> s.setting(B, WORKS)).signs("", 63.6, 64).promoted(B, 56, 64.2, 67).until(100);
    }

    static Scenario identityWillNotComeOff() {
        return lost("A's validator refuses to give the identity up").at(50, s -> s.removing(A, REFUSED)).signs("", 63.6, 64)
                .promoted(B, 56, 64.2, 67).until(100);
    }

    static Scenario peerHasPromised() {
        return Scenario.of("M loses A, B hears it").evidenceOff().at(50, s -> s.cutBoth(A, M)).signs("A", 0, 120)
                .says("M", "has promised [primary] to leave it active").until(120);
    }

    static Scenario peerHasForgottenItsPromise() {
        return Scenario.of("M loses A, and B's agent restarts right after a promise").evidenceOff().at(50, s -> s.cutBoth(A, M))
                .at(57.2, s -> s.restartAgent(B, 0.3)).signs("A", 0, 120).says("M", "to leave it active, or may have").until(120);
    }

    static Scenario managerStartsAfterTheCut() {
        // Who has heard the start before lately refuses in its own right.
        return Scenario.of("M restarts right after it lost A, and had not reached B for a while").evidenceOff()
                .at(40, s -> s.cutBoth(A, B)).at(42, s -> s.cutBoth(B, M)).at(54.5, s -> s.cutBoth(A, M)).at(55, s -> s.healBoth(B, M))
                .at(55, s -> s.restartManager(0.2)).promoted(B, 55, 64.9, 68).until(100);
    }

    /** A has a lease of 24 s from M's last start, and M comes back with one of 3 s: nobody hears A any more. */
    static Scenario managerStartsWithAShorterLease() {
        return Scenario.of("M restarts with a shorter lease right after it lost A").heartbeat(5, 5).evidenceOff()
                .at(40, s -> s.cutBoth(A, B))
                .at(79.5, s -> s.cutBoth(A, M)).at(80, s -> s.restartManager(0.2, 0.5, 8)).promoted(B, 80, 105, 107)
                .says("M", "leases are shorter than those of this manager's last start").until(140);
    }

    static Scenario orderFromBeforeTheRestart() {
        return Scenario.of("a become_active is held for a minute, and B's agent loses its memory").at(50, s -> {
            s.hold(Action.BECOME_ACTIVE, B, 60);
            s.failover();
        }).at(99, s -> s.cut(A, B)).at(100, s -> s.restartAgentWithoutMemory(B, 0.2)).signs("A", 76, 140).until(140);
    }

    /** A validator that starts answers nobody for up to four seconds, and nobody can know sooner with which key it came. */
    static Scenario bornStaked() {
        return Scenario.of("B is cut off, and its validator starts anew with the staked key").judgedAs(RunClass.FENCER_FAILS)
                .at(50, s -> s.isolate(B)).at(55, s -> s.bootStaked(B)).at(55, s -> s.crashValidator(B, 1)).until(120)
                .expect(play -> play.longestBoth() < 5 ? null : "two validators can sign for " + play.longestBoth() + " s");
    }

    static Scenario orderOfAnOldEpoch() {
        return Scenario.of("a become_active is held for a minute, and A has a newer epoch by then").at(50, s -> {
            s.hold(Action.BECOME_ACTIVE, B, 60);
            s.failover();
        }).signs("A", 76, 140).until(140);
    }

    static Scenario storeIsOld() {
        return Scenario.of("no backup of A's for two minutes, then it loses its power").at(20, s -> s.open(Kind.BACKUP_HANGS, A))
                .at(140, s -> s.powerLoss(A)).signs("", 141, 220).until(220);
    }

    static Scenario wallClockGoesBack() {
        return lost("A's wall clock is set back a minute while nobody hears it").at(57, s -> s.stepWall(A, -60)).signs("", 63.6, 64)
                .promoted(B, 56, 64.2, 67).until(100);
    }

    static Scenario managerLosesAVotingHost() {
        return Scenario.of("M loses A, whose votes land").at(50, s -> s.cutBoth(A, M)).stays().verdict("manager_path_lost", 61, 100);
    }

    private static Scenario blind(String name) {
        return Scenario.of(name).at(45, s -> s.open(Kind.VALIDATOR_FORKED, B)).at(60, s -> s.cutBoth(A, M)).stays();
    }

    static Scenario sourceGivesErrors() {
        return blind("M loses A, its source gives errors, and B is on a fork").at(60, s -> s.open(Kind.RPC_ERROR, 0))
                .verdict("observer_blind", 71, 100);
    }

    static Scenario sourceStandsStill() {
        return blind("M loses A, its source is frozen, and B is on a fork").at(45, s -> s.open(Kind.RPC_FROZEN, 0))
                .verdict("observer_blind", 71, 100);
    }

    static Scenario sourceLags() {
        return Scenario.of("M loses A, its source shows a pause of votes that is long over, and B is on a fork")
                .at(60, s -> s.lag(0, 60)).at(100, s -> s.open(Kind.VALIDATOR_ISOLATED, A, 11))
                .at(112, s -> s.open(Kind.VALIDATOR_FORKED, B))
                .at(121, s -> s.cutBoth(A, M)).stays().verdict("observer_blind", 132, 160).until(160);
    }

    static Scenario votesLandAgainDuringTheLastCall() {
        return Scenario.of("votes land again while the last call to a silent host is out").sources(2).clocks(1, 1, 1.0005)
                .at(50, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).at(55, s -> s.freezeAgent(A, 600))
                .at(63.3, s -> s.close(Kind.VALIDATOR_ISOLATED, A)).signs("A", 0, 110).says("M", "the identity votes").until(110);
    }

    static Scenario promotedHostFallsSilent() {
        return Scenario.of("B's agent dies while its set-identity is on its way, and that lands a minute later").at(49, s -> {
            s.setting(B, landsLate(60));
            s.failover();
        }).at(51, s -> s.killAgent(B)).signs("", 52, 105).at(120, s -> s.startAgent(B)).until(170)
                .expect(play -> play.longestGap(130) < 25 ? null : "nobody is active after B's agent is back");
    }

    static Scenario statusesComeLate() {
        return Scenario.of("statuses take longer than a heartbeat, and a switchover in between").heartbeat(1, 5).clocks(1, 1, 1)
                .at(40, s -> {
            s.slowFrom(A, 1.2);
            s.slowFrom(B, 1.2);
            s.removing(A, WORKS);
            s.setting(B, WORKS);
        }).at(60.6, s -> s.failover()).completed(1).moves(1).signs("B", 62, 120)
                .expect(play -> play.saidAfter(58, "M", "[primary] is the active one") == 0 ? null
                        : "M takes A for the active one again").until(120);
    }

    static Scenario cooldownSurvivesARestart() {
        return Scenario.of("51 M restarts during the block").fencers().at(50, s -> s.powerLoss(A)).at(90, s -> s.powerBack(A))
                .at(200, s -> s.restartManager(1)).at(240, s -> s.powerLoss(B)).moves(1).signs("B", 65, 239).signs("", 241, 330)
                .verdict("active_dead", 260, 330).until(330);
    }

    static Scenario plannedSwitchover() {
        return Scenario.of("2 an operator switches").fencers().at(60, s -> s.failover()).moves(1).completed(1).signs("A", 0, 60)
                .promoted(B, 60, 60, 62).gap(2).signs("B", 62, 120).operatorsAreAnswered(200);
    }

    static Scenario demotedValidatorRestarts() {
        return Scenario.of("A's validator restarts after a switchover, its boot identity was the staked one").symlinks()
                .at(50, s -> s.failover()).at(60, s -> s.crashValidator(A, 2)).signs("B", 53, 120);
    }

    static Scenario nobodyFences() {
        return Scenario.of("14 an agent stands still without a fencer where one is required").fencingRequired()
                .at(50, s -> s.freezeAgent(A, 600)).at(50, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).stays()
                .verdict("active_dead_unfenced", 62, 100);
    }

    static Scenario passiveHostDies() {
        return Scenario.of("A is made passive by hand, and dies").fencingRequired().at(60, s -> s.bare(A, Action.BECOME_PASSIVE))
                .at(63, s -> s.powerLoss(A)).promoted(B, 60, 62, 85).until(120);
    }

    static Scenario fencerActs() {
        return Scenario.of("13 an agent stands still, a fencer stands behind it").fencers()
                .at(50, s -> s.freezeAgent(A, 600)).at(50, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).says("A", "fencer has fenced")
                .signs("", 59, 60).promoted(B, 55, 60, 80).signs("B", 80, 120);
    }

    /** The agent lives and fences in vain: what it cannot kill, systemd stops by its unit. */
    static Scenario fenceMayNotKill() {
        return lost("a lost holder refuses, and its agent may not kill the validator").watchdogs().clocks(0.995, 1, 1.005)
                .at(50, s -> s.removing(A, REFUSED)).at(50, s -> s.mayNotKill(A)).says("A", "watchdog fires")
                .signs("", 63.6, 64).promoted(B, 56, 64.2, 67).until(100);
    }

    static Scenario watchdogActs() {
        return Scenario.of("13 an agent stands still, a watchdog stands behind it").watchdogs()
                .at(50, s -> s.freezeAgent(A, 600)).says("A", "watchdog fires").signs("A", 0, 50).signs("", 52, 53)
                .promoted(B, 50, 51, 67).until(120);
    }

    static Scenario restartedHolderHasWhatIsLeft() {
        return lost("a lost holder's agent restarts").fencer(A).at(58, s -> s.restartAgent(A, 0.5)).signs("", 63.9, 64.3)
                .promoted(B, 56, 64.4, 67).until(100);
    }

    static Scenario commandOutlivesTheLease() {
        return Scenario.of("a command that makes the boot identity staked runs when the lease ends").symlinks().fencers().commandTimeout(15)
                .at(50, s -> s.command(B, CommandKind.ACTIVE_SYMLINK, slow(7))).at(50.5, s -> s.failover())
                .at(51.2, s -> s.cutBoth(B, M)).at(51.2, s -> s.validatorStartsSlowly(B, 120)).until(220)
                .says("B", "FENCING THIS HOST").signs("A", 140, 220);
    }

    static Scenario processCannotBeKilled() {
        return Scenario.of("a sick active refuses, and cannot be killed").at(45, s -> s.removing(A, REFUSED))
                .at(45, s -> s.open(Kind.VALIDATOR_UNKILLABLE, A)).at(50, s -> s.open(Kind.VALIDATOR_SICK, A)).signs("A", 0, 120)
                .says("M", "did not become passive").completed(0);
    }

    static Scenario agentRestartsInAPromotion() {
        return Scenario.of("B's agent restarts while its set-identity is on its way, and that lands 40 s later").at(50, s -> {
            s.setting(B, landsLate(40));
            s.failover();
        }).at(52, s -> s.restartAgent(B, 1)).signs("A", 85, 130).until(130);
    }

    static Scenario twoByHand() {
        return Scenario.of("a bare become_active beside an active peer, no manager").withoutManager()
                .at(20, s -> s.bare(B, Action.BECOME_ACTIVE)).signs("A", 0, 60).until(60);
    }
}
