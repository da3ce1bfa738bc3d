package io.understudy.ha.internal.election;

import java.util.List;

/**
 * A message with its address.
 *
 * @param role the role whose machines talk
 * @param from the sending life
 * @param toIncarnation the life it answers, or {@link Life#ANY}; other lives drop it
 * @param rosterStamp the {@link Roster#stamp()} of the roster in force at the sender
 * @param message the content
 */
public record Envelope(
    String role, Life from, long toIncarnation, long rosterStamp, Message message) {

  /** The same without news of deaths, for a member that believes in no proof of them. */
  public Envelope withoutDeaths() {
    Message kept = message;
    if (message instanceof Message.Canvass canvass) {
      kept = new Message.Canvass(canvass.round(), withoutDeaths(canvass.evidence()));
    } else if (message instanceof Message.VoteRequest request) {
      kept =
          new Message.VoteRequest(
              request.epoch(), request.sentNanos(), withoutDeaths(request.evidence()));
    }
    return new Envelope(role, from, toIncarnation, rosterStamp, kept);
  }

  private static List<Evidence> withoutDeaths(List<Evidence> evidence) {
    return evidence.stream().filter(fact -> !(fact instanceof Evidence.Died)).toList();
  }
}
