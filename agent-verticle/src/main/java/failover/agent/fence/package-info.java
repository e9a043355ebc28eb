/**
 * What takes the identity off when a lease ends (E2, E4): the dead-man's thread, the guard behind it, and the file channel to the fencer,
 * whose protocol is told in one place, docs/fencer.md. Plain blocking Java on threads of its own, no Vert.x.
 */
package failover.agent.fence;
