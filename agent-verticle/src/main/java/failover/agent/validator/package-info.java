/** What the validator shows of itself: by its process and its RPC, asked in the background or on a thread of one's own. */
package failover.agent.validator;
