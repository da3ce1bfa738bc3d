package io.understudy.ha;

/**
 * Who leads a role, as this member knows it.
 *
 * @param member the leader
 * @param epoch the epoch of its leadership
 */
public record LeaderInfo(MemberId member, long epoch) {}
