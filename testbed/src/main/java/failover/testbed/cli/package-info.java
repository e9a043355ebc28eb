/** The commands of failover-testbed for a shell. */
package failover.testbed.cli;
