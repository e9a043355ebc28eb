/** The simulated validator: RPC, admin socket, tower, votes, faults. */
package failover.testbed.validator;
