/** Measurements of the real programs in a lab: how fast {@code /status} is answered, how long nobody votes in a failover. */
package failover.testbed.bench;
