/** The manager's settings. */
package failover.manager.config;
