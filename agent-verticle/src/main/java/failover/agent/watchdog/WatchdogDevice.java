package failover.agent.watchdog;

import java.io.IOException;

/** One kind of watchdog. Opened, fed and left by one thread at a time; none of it waits for anybody. */
public interface WatchdogDevice {

    /** From here on the watchdog must be fed where opening it starts it. */
    void open() throws IOException;

    /**
     * One keepalive.
     *
     * @throws IOException when it was not accepted: the watchdog goes on towards its end
     */
    void feed() throws IOException;

    /**
     * The agent ends.
     *
     * @param safe this host cannot sign: where a watchdog can be called off, it is
     */
    void leave(boolean safe) throws IOException;
}
