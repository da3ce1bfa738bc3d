package io.understudy.jdbc.internal.routing;

/**
 * How a server issues ids: {@code offset, offset + increment, offset + 2 * increment, ...}.
 *
 * @param serverId its replication server id
 * @param increment {@code auto_increment_increment}
 * @param offset {@code auto_increment_offset}
 */
public record IdSeries(long serverId, int increment, int offset) {}
