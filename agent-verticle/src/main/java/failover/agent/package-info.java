/** The program that stands beside each validator. */
package failover.agent;
