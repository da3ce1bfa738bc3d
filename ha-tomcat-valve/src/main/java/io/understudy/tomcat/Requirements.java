package io.understudy.tomcat;

import java.util.List;
import java.util.StringJoiner;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold, all of it. Answers are bit sets: bit n stands for the nth requirement. */
final class Requirements {
  /** As many as a {@code long} has bits. */
  static final int MAX = Long.SIZE;

  private static final Logger LOG = LoggerFactory.getLogger(HaValve.class);

  private final List<Requirement> all;

  /** What each of them asks, side by side: most requests read nothing else. */
  private final BooleanSupplier[] questions;

  Requirements(List<Requirement> all) {
    if (all.size() > MAX) {
      throw new IllegalArgumentException(
          "the valve has " + all.size() + " conditions; at most " + MAX + " are possible");
    }
    this.all = List.copyOf(all);
    this.questions = all.stream().map(Requirement::holds).toArray(BooleanSupplier[]::new);
  }

  /** Those that do not hold now: 0 if the gate is open. Allocates nothing. */
  long failing() {
    long failing = 0;
    for (int i = 0; i < questions.length; i++) {
      if (!holds(i)) {
        failing |= 1L << i;
      }
    }
    return failing;
  }

  /** Fails closed: what cannot be told does not hold. */
  private boolean holds(int index) {
    try {
      return questions[index].getAsBoolean();
    } catch (RuntimeException e) {
      LOG.debug("condition {} threw and counts as not holding", name(index), e);
      return false;
    }
  }

  int count() {
    return questions.length;
  }

  String name(int index) {
    return all.get(index).name();
  }

  /** The reasons of those that fail, joined. */
  String reason(long failing) {
    StringJoiner reasons = new StringJoiner("; ");
    for (int i = 0; i < count(); i++) {
      if (isFailing(failing, i)) {
        reasons.add(reasonOf(all.get(i)));
      }
    }
    return reasons.toString();
  }

  static boolean isFailing(long failing, int index) {
    return (failing & (1L << index)) != 0;
  }

  private static String reasonOf(Requirement requirement) {
    try {
      return requirement.reason().get();
    } catch (RuntimeException e) {
      return "condition " + requirement.name() + " does not hold, and its reason threw " + e;
    }
  }
}
