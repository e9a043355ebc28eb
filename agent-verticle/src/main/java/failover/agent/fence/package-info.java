/**
 * The agent's half of the bond with the fencer (E4): the lease file it writes, the answer and the records it reads. Plain blocking
 * Java on files in memory, no Vert.x; the protocol is told in one place, docs/fencer.md.
 */
package failover.agent.fence;
