package failover.testbed.cluster;

import failover.testbed.chain.ChainView;

/**
 * How one RPC endpoint of the cluster misbehaves.
 *
 * @param mode   what it does with requests
 * @param frozen the view it answers from when {@code mode} is FREEZE; with FORK only its votes are of then
 */
record RpcFaults(Mode mode, ChainView frozen) {
    static final RpcFaults NONE = new RpcFaults(Mode.OK, null);

    enum Mode {
        OK, ERROR, LIMIT, HANG, FREEZE, UNHEALTHY, FORK
    }

    /** What it takes the chain to be, while it is that. */
    ChainView sees(ChainView now) {
        return switch (mode) {
            case FREEZE -> frozen;
            case FORK -> frozen.atSlot(now.slot());
            default -> now;
        };
    }
}
