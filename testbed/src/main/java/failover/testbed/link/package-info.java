/** TCP proxies that misbehave like networks do. */
package failover.testbed.link;
