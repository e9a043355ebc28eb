/** The manager on the third host: one verticle as the shell of {@code failover.manager.decision}, and its edges. */
package failover.manager;
