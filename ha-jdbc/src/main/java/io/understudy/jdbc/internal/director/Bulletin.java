package io.understudy.jdbc.internal.director;

import io.understudy.ha.RoleRegister;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.jdbc.internal.routing.SwitchOrder;
import io.understudy.jdbc.internal.routing.Word;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this member tells the others: one statement, of which several hands keep a part each.
 * Threadsafe.
 */
public final class Bulletin {
  private static final int MOST_REFUSALS = 100;

  private final RoleRegister register;
  private final Deque<Refusal> refusals = new ArrayDeque<>(); // guarded by this
  private Word said = Word.NONE; // guarded by this
  private boolean closed; // guarded by this

  /**
   * Nothing is said yet.
   *
   * @param register where members tell each other
   */
  public Bulletin(RoleRegister register) {
    this.register = register;
  }

  /** How this member sees the masters. */
  synchronized void see(Map<String, Sight> sights) {
    tell(new Word(sights, said.order(), said.refusal(), said.progress()));
  }

  /** How this member sees the masters, as it told last. */
  synchronized Map<String, Sight> sights() {
    return said.sights();
  }

  /** What this member asks the director to do; empty to withdraw it. */
  synchronized void ask(Optional<SwitchOrder> order) {
    tell(new Word(said.sights(), order, said.refusal(), said.progress()));
  }

  /** The last planned change that this member directed, or directs. */
  synchronized void report(Progress progress) {
    tell(new Word(said.sights(), said.order(), said.refusal(), Optional.of(progress)));
  }

  /** An order is not begun. One refusal has room at a time; it stands until it was heard. */
  synchronized void refuse(Refusal refusal) {
    if (refusals.size() < MOST_REFUSALS) { // the others wait in vain, and are told that
      refusals.add(refusal);
      tellFirst();
    }
  }

  /** Whoever withdrew its order has heard the answer, or has given up. */
  synchronized void forgetRefusalsBut(Set<Long> standing) {
    if (refusals.removeIf(it -> !standing.contains(it.order()))) {
      tellFirst();
    }
  }

  private void tellFirst() {
    Optional<Refusal> first = Optional.ofNullable(refusals.peek());
    if (!first.equals(said.refusal())) {
      tell(new Word(said.sights(), said.order(), first, said.progress()));
    }
  }

  /** Takes everything back, for good. */
  synchronized void close() {
    closed = true;
    register.tell(new byte[0]);
  }

  private void tell(Word word) {
    if (!closed) {
      register.tell(WordCodec.encode(word, RoleRegister.MAX_TOLD_BYTES));
      said = word; // not before: what could not be told is told again
    }
  }
}
