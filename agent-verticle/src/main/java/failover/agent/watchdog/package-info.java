/** The systemd and the hardware watchdog that may stand in the fencer's place (E4): how each is found, checked and fed. */
package failover.agent.watchdog;
