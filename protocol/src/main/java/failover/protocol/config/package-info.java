/**
 * How both programs read what an operator writes: flags, environment, file, defaults, in this order, into records.
 * Every problem is collected and shown at once; nothing that was written is ignored in silence.
 */
package failover.protocol.config;
