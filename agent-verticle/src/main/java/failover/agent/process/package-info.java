/** The validator as a process of this host, by /proc: which one it is, whose its port is, how it is killed. Blocks. */
package failover.agent.process;
