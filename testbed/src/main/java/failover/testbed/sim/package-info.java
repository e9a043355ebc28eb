/**
 * The seeded simulation: the real decision cores of manager and agents in virtual time, against validators, disks and links that fail.
 * One thread; one seed per run; the same seed gives the same run to the bit.
 */
package failover.testbed.sim;
