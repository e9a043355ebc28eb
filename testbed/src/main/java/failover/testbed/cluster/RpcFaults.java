package failover.testbed.cluster;

import failover.testbed.chain.ChainView;

/**
 * How one RPC endpoint of the cluster misbehaves.
 *
 * @param mode   what it does with requests
 * @param frozen the view it answers from when {@code mode} is FREEZE
 */
record RpcFaults(Mode mode, ChainView frozen) {
    static final RpcFaults NONE = new RpcFaults(Mode.OK, null);

    enum Mode {
        OK, ERROR, LIMIT, HANG, FREEZE, UNHEALTHY
    }
}
