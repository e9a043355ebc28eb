package failover.protocol;

/** Paths of both HTTP APIs, used by server and client alike (docs/compatibility.md 4.2). */
public final class Routes {
    /** Agent, POST or GET: what this host knows of its validator. */
    public static final String STATUS = "/status";
    /** Agent, POST: the other agent asks whether we live and who is active. */
    public static final String PEER_STATUS = "/peer-status";
    /** Agent: a change of role. Manager: a failover asked for by an operator. Both POST. */
    public static final String FAILOVER = "/failover";
    /** Agent, GET: 200 only while this host verifiably holds the identity by a lease (INV-9). */
    public static final String ACTIVE = "/active";
    /** Manager, POST: no failover is begun until {@link #RESUME}. */
    public static final String PAUSE = "/pause";
    /** Manager, POST: failovers are automatic again. */
    public static final String RESUME = "/resume";
    /** Both, any method: {@code OK} while the program serves. */
    public static final String HEALTH = "/health";
    /** Agent, GET: the identity the validator reports. */
    public static final String IDENTITY = "/identity";
    /** Agent, POST: stop this agent, leave the validator alone. */
    public static final String SHUTDOWN = "/shutdown";
    /** Manager, GET: verdict, reasons and both hosts in one compact answer. */
    public static final String STATE = "/state";

    private Routes() {
    }
}
