package failover.manager.decision;

import java.util.List;

/**
 * What a decision yields.
 *
 * @param state the next state
 * @param effects what the shell is to do now, in this order
 */
public record Step(ManagerState state, List<ManagerEffect> effects) {
}
