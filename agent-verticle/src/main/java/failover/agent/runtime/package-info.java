/**
 * What every part of the program runs on: addresses and delivery on the event bus, threads that are made at the start, calls with a
 * deadline.
 */
package failover.agent.runtime;
