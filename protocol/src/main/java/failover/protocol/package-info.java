/** What both programs share: how they start, log and stop; what they say to each other is in the packages below. */
package failover.protocol;
