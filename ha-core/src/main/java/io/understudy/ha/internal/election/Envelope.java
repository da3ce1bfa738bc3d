package io.understudy.ha.internal.election;

/**
 * A message with its address.
 *
 * @param role the role whose machines talk
 * @param from the sending life
 * @param toIncarnation the life it answers, or {@link Life#ANY}; other lives drop it
 * @param rosterVersion the sender's roster
 * @param message the content
 */
public record Envelope(
    String role, Life from, long toIncarnation, long rosterVersion, Message message) {}
