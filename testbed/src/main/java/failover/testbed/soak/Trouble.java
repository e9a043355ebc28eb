package failover.testbed.soak;

import failover.testbed.link.LinkProxy;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** What may happen to a pair; the numbers of scenarios in brackets. Everything is mended by {@link Soak} afterwards. */
enum Trouble {
    /** (12) */
    AGENT_KILLED((rig, host, dice) -> rig.lab().agent(host).kill()),
    /** (12b) */
    AGENT_RESTARTED((rig, host, dice) -> {
        rig.lab().agent(host).kill();
        rig.lab().agent(host).start();
    }),
    /** (13) */
    AGENT_FROZEN((rig, host, dice) -> rig.lab().agent(host).suspend()),
    /** (10) */
    VALIDATOR_KILLED((rig, host, dice) -> rig.lab().validator(host).kill()),
    VALIDATOR_FROZEN((rig, host, dice) -> rig.lab().validator(host).suspend()),
    /** (9) */
    HOST_LOST((rig, host, dice) -> {
        rig.lab().agent(host).kill();
        rig.lab().validator(host).kill();
    }),
    HOST_FROZEN((rig, host, dice) -> {
        rig.lab().agent(host).suspend();
        rig.lab().validator(host).suspend();
    }),
    /** (19, 36) */
    MANAGER_KILLED((rig, host, dice) -> rig.lab().manager().kill()),
    MANAGER_FROZEN((rig, host, dice) -> rig.lab().manager().suspend()),
    /** (21, 22, 23) */
    MANAGER_LINK_CUT((rig, host, dice) -> cut(rig.lab().link("manager", host), dice)),
    /** (24) */
    PEER_LINK_CUT((rig, host, dice) -> {
        cut(rig.lab().link(host, other(host)), dice);
        cut(rig.lab().link(other(host), host), dice);
    }),
    /** (20) */
    HOST_CUT_OFF((rig, host, dice) -> {
        rig.lab().link("manager", host).cut();
        rig.lab().link(host, other(host)).cut();
        rig.lab().link(other(host), host).cut();
    }),
    /** (31) */
    HOST_CUT_OFF_FROM_ALL((rig, host, dice) -> {
        HOST_CUT_OFF.begin(rig, host, dice);
        rig.lab().link(host, "cluster").cut();
    }),
    LINK_SLOW((rig, host, dice) -> rig.lab().link("manager", host).delay(dice.nextInt(100, 1500))),
    LINK_REFUSES((rig, host, dice) -> rig.lab().link("manager", host).refuse()),
    /** (26, 27) */
    CLUSTER_RPC_BROKEN((rig, host, dice) -> {
        rig.lab().cluster().fault(List.of("rpc-error", "rpc-hang", "rpc-freeze", "rpc-limit").get(dice.nextInt(4)));
    }),
    /** (30) */
    VOTES_LOST((rig, host, dice) -> rig.lab().cluster().fault("lose-votes", host)),
    VALIDATOR_SICK((rig, host, dice) -> {
        switch (dice.nextInt(4)) {
            case 0 -> rig.lab().validator(host).fault("unhealthy");
            case 1 -> rig.lab().validator(host).fault("lag", "200");
            case 2 -> rig.lab().validator(host).fault("rpc-hang");
            default -> rig.lab().validator(host).fault("stall-votes");
        }
    }),
    /** (4, 5, 49) */
    SET_IDENTITY_BROKEN((rig, host, dice) -> {
        switch (dice.nextInt(4)) {
            case 0 -> rig.lab().validator(host).fault("set-identity-hang");
            case 1 -> rig.lab().validator(host).fault("set-identity-refuse");
            case 2 -> rig.lab().validator(host).fault("set-identity-late", String.valueOf(dice.nextInt(100, 6000)));
            default -> rig.lab().validator(host).fault("set-identity-hang", String.valueOf(dice.nextInt(100, 6000)));
        }
    }),
    /** (2) */
    SWITCHOVER((rig, host, dice) -> {
        Thread operator = new Thread(() -> {
            try {
                rig.lab().manager().exchange("/failover", new JsonObject().put("reason", "soak"));
            } catch (RuntimeException refused) {
                // The manager may be dead, or die meanwhile: that is the point.
            }
        }, "soak-operator");
        operator.setDaemon(true);
        operator.start();
    }),
    /** SIGTERM, and nobody starts it again. */
    AGENT_STOPPED((rig, host, dice) -> rig.lab().agent(host).terminate()),
    /** Beside an agent that lives. */
    FENCER_KILLED((rig, host, dice) -> rig.lab().fencer(host).kill()),
    /** As a virtual machine that is paused: agent, guard, commands, fencer and validator at once. */
    MACHINE_PAUSED((rig, host, dice) -> rig.pause(host)),
    /** A stuck journald. */
    LOG_UNREAD((rig, host, dice) -> rig.logIsUnread(host)),
    /** (47) */
    STATE_DIR_HANGS((rig, host, dice) -> rig.diskHangs(host)),
    /** (47) */
    STATE_DIR_FULL((rig, host, dice) -> rig.diskIsFull(host)),
    MANAGER_STATE_LOST((rig, host, dice) -> rig.managerComesBack(false)),
    /** Out of a backup that is as old as the soak. */
    MANAGER_STATE_RESTORED((rig, host, dice) -> rig.managerComesBack(true));

    private interface Begin {
        void begin(Rig rig, String host, RandomGenerator dice);
    }

    private final Begin begin;

    Trouble(Begin begin) {
        this.begin = begin;
    }

    /** Begins it, mostly on that host; returns at once. A process that does not run is not touched. */
    void begin(Rig rig, String host, RandomGenerator dice) {
        begin.begin(rig, host, dice);
    }

    static String other(String host) {
        return "a".equals(host) ? "b" : "a";
    }

    private static void cut(LinkProxy link, RandomGenerator dice) {
        switch (dice.nextInt(4)) {
            case 0 -> link.cut(LinkProxy.Way.TO);
            case 1 -> link.cut(LinkProxy.Way.FROM);
            case 2 -> link.blackHole();
            default -> link.cut();
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
