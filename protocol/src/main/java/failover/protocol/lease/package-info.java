/** The arithmetic of leases, the same in both programs (safety.md, E0 to E4). */
package failover.protocol.lease;
