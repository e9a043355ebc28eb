/** The kit of the HTTP side: bodies within bounds, refusals, answers. Knows no route. */
package failover.agent.http;
