/** The simulated cluster: slot clock, cluster RPC, and the judge of every vote. */
package failover.testbed.cluster;
