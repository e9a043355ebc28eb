/** The agent's state file and the files by which an operator on this host makes it forget. */
package failover.agent.state;
