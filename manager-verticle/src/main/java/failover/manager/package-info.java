/** The program that watches the pair. */
package failover.manager;
