/** The simulated chain as both simulated programs see it: slots, one vote account, JSON-RPC. */
package failover.testbed.chain;
