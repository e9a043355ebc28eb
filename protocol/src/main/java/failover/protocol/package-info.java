/** Shared by both programs: start, logging, stop; their messages are in the packages below. */
package failover.protocol;
