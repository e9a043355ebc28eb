package failover.agent.decision;

import failover.protocol.ClockReading;

/** E4: whether a keepalive may be sent to the watchdog now. Evaluated right before each keepalive, by its sender. */
public final class WatchdogPolicy {
    private WatchdogPolicy() {
    }

    /**
     * Whether a keepalive may go out. A host without a lease is fed, so that a passive one is left alone; one that holds a lease only while
     * the watchdog could still fire, and the validator be dead, before its end. From there on it is the agent's own fence, or the watchdog.
     *
     * @param published what the dead-man goes by; {@code null} before there is anything
     * @param deadManLives the thread that fences this host has not ended
     */
    public static boolean allowed(AgentEffect.Publish published, boolean deadManLives, ClockReading now) {
        return deadManLives && (published == null || published.hold() == null || published.hold().mayFeed(now));
    }
}
