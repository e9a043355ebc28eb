/** Real processes under random faults for as long as one likes; the judge and a deadline for recovery decide. */
package failover.testbed.soak;
