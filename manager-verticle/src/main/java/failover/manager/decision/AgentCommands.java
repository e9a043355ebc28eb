package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import java.time.Duration;
import java.util.List;

/** The commands of a move, as they go out. */
final class AgentCommands {
    private static final Duration ANSWER_SLACK = Duration.ofSeconds(1);

    /** The shell tells within the limit of a command what became of it; long after it, nobody waits for that any more. */
    private static final Duration OVERDUE = Duration.ofSeconds(10);

    private final ManagerOptions rules;
    private final LeaseGrantor grants;

    AgentCommands(ManagerOptions rules, LeaseGrantor grants) {
        this.rules = rules;
        this.grants = grants;
    }

    /** Sends the command with which that phase begins; a silent host's last call is not waited for beyond its limit. */
    void send(ManagerState state, Operation move, Phase phase, Action action, Duration limit, ClockReading now, List<ManagerEffect> out) {
        boolean demoting = phase == Phase.DEMOTING;
        Host host = move.recipient();
        FailoverRequest request = new FailoverRequest(action.wire(), move.cause.reason(), false, now.wallSeconds(), move.operationId,
                move.epoch, limit.toMillis(), move.cause.planned() && demoting,
                grants.first(state, move, action, state.view(host)),
                action == Action.BECOME_ACTIVE ? FinalTowers.newest(state, move, rules) : null,
                action == Action.BECOME_ACTIVE ? FinalTowers.before(state, move, rules) : null);
        Duration wait = move.cause.holderSilent() && demoting ? limit : limit.plus(ANSWER_SLACK);
        move.sentAt = now.nanos();
        move.enter(phase, now.plus(wait.plus(rules.requestTimeout()).plus(OVERDUE)));
        out.add(new ManagerEffect.Command(host, move.awaited, request, wait));
    }
}
