package failover.manager.decision;

import failover.manager.decision.ManagerMemory.Step;
import failover.protocol.Now;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import java.time.Duration;
import java.util.List;

/** The commands of a move, as they go out. */
final class Orders {
    private static final Duration ANSWER_SLACK = Duration.ofSeconds(1);

    private final Grants grants;

    Orders(Grants grants) {
        this.grants = grants;
    }

    /** Sends the command of the present step; a silent host's last call is not waited for beyond its limit. */
    void send(ManagerState state, Move move, Host host, Action action, Duration limit, Now now, List<ManagerEffect> out) {
        FailoverRequest request = new FailoverRequest(action.wire(), move.reason, false, now.wallSeconds(), move.operationId, move.epoch,
                limit.toMillis(), move.planned && move.step == Step.DEMOTING, grants.first(state, move, action, state.view(host)),
                action == Action.BECOME_ACTIVE && move.step == Step.PROMOTING ? move.tower : null);
        Duration wait = move.silentFrom && host == move.from ? limit : limit.plus(ANSWER_SLACK);
        out.add(new ManagerEffect.Command(host, move.command, request, wait));
    }
}
