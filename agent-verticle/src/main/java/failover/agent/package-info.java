/** The program that runs next to each validator. */
package failover.agent;
