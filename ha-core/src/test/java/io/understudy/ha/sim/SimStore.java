package io.understudy.ha.sim;

import io.understudy.ha.internal.runtime.MemberRecord;
import java.util.HashSet;
import java.util.Set;

/** A member's disk: one record, replaced as a whole or not at all. */
final class SimStore {
  private final MemberRecord empty;
  private MemberRecord stored;
  private final Set<String> forgotten = new HashSet<>();
  private boolean forgotFounding;
  private int generation;
  private boolean failing;

  SimStore(MemberRecord empty, MemberRecord initial) {
    this.empty = empty;
    this.stored = initial;
  }

  MemberRecord stored() {
    return stored;
  }

  void save(MemberRecord changed) {
    stored = changed;
  }

  /** The disk is gone; the member gets an empty one. */
  void lose() {
    forgotten.addAll(stored.ballots().keySet());
    forgotFounding |= stored.founding().directory();
    stored = empty;
    generation++;
  }

  /** How many disks this member has lost. */
  int generation() {
    return generation;
  }

  /** Whether a lost disk held this role, or the knowledge that there was nothing of it. */
  boolean hasForgotten(String role) {
    return forgotFounding || forgotten.contains(role);
  }

  boolean isEmpty() {
    return stored.ballots().isEmpty() && !stored.founding().directory();
  }

  boolean isFailing() {
    return failing;
  }

  void failing(boolean nowFailing) {
    failing = nowFailing;
  }
}
