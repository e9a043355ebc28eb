/** What this project knows of Solana: keys, keypair files and tower files. No network, no clock, no logging. */
package failover.protocol.solana;
