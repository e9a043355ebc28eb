/**
 * What travels between manager, agents and operators. The original's fields stand first and in its order, ours follow and are optional
 * (docs/protocol.md); every record is JSON by {@link failover.protocol.wire.GoJson}.
 */
package failover.protocol.wire;
