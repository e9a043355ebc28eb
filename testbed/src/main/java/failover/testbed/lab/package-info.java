/** The fixture for tests: starts, watches, breaks and cleans up real processes. */
package failover.testbed.lab;
