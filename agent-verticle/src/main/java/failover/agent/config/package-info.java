/** The agent's settings. */
package failover.agent.config;
