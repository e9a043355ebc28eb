/**
 * The agent's decisions: {@code AgentMachine.step(state, event, now)} gives the next state and the effects the shell performs. Nothing here
 * knows a clock, a socket, a thread or a logger; the simulator runs the same code in virtual time.
 */
package failover.agent.decision;
