package failover.manager.decision;

import failover.manager.decision.DurableManagerState.Phase;
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

    /** Sends the command of the present step; a silent host's last call is not waited for beyond its limit. */
    void send(ManagerState state, Operation move, Host host, Action action, Duration limit, ClockReading now, List<ManagerEffect> out) {
        FailoverRequest request = new FailoverRequest(action.wire(), move.cause.reason(), false, now.wallSeconds(), move.operationId,
                move.epoch, limit.toMillis(), move.cause.planned() && move.step == Phase.DEMOTING,
                grants.first(state, move, action, state.view(host)),
                action == Action.BECOME_ACTIVE ? FinalTowers.newest(state, move, rules) : null,
                action == Action.BECOME_ACTIVE ? FinalTowers.before(state, move, rules) : null);
        Duration wait = move.cause.holderSilent() && host == move.from ? limit : limit.plus(ANSWER_SLACK);
        move.sentAt = now.nanos();
        move.answerBy = now.plus(wait.plus(rules.requestTimeout()).plus(OVERDUE));
        out.add(new ManagerEffect.Command(host, move.command, request, wait));
    }
}
