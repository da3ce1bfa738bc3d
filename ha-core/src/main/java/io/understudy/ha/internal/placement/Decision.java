package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;

/** What a member does about a role now. */
public sealed interface Decision {
  /** Why, for people. */
  String reason();

  /** Nothing: it goes on to lead, or does not lead. */
  record Nothing(String reason) implements Decision {}

  /** Hands the role over, or says why that was refused by {@link PlacementMachine#moveFailed}. */
  record HandOver(MemberId to, String reason) implements Decision {}

  /** Gives the role up, because nobody can lead it that is known of. */
  record GiveUp(String reason) implements Decision {}
}
