/** What this host asks of others: its peer, and whether there is a network at all. */
package failover.agent.peer;
