/** Stand-ins for the original's two programs, for pairs in which one side has been replaced already. */
package failover.testbed.original;
