package failover.agent.decision;

import failover.protocol.wire.Outcome;

/**
 * How a change of role ended.
 *
 * @param outcome see {@link Outcome}
 * @param message for the answer and the log
 * @param verified the validator's own report, or its verified death
 * @param processDead the validator's process is verified dead
 * @param identity the last identity the validator reported; {@code null} when none
 */
record RoleChangeResult(Outcome outcome, String message, boolean verified, boolean processDead, String identity) {
}
