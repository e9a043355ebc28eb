/** The operator's commands: one gate, one process group each, ended when their time is over. */
package failover.agent.command;
