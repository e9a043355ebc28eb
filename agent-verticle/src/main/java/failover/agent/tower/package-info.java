/** Where the validator keeps its tower, and copies of it. */
package failover.agent.tower;
