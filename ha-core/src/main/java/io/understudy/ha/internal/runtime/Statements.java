package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.ha.internal.facts.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** What the members say of one role to each other. Evidence, like all reports. Threadsafe. */
final class Statements {
  private final Runnable changed;
  private final Executor answers;
  private final Map<MemberId, Heard> others = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Statement own = Statement.NONE;

  /** The last word of a member, and when it was heard. */
  private record Heard(Statement statement, long atNanos) {}

  /**
   * Nobody has said anything.
   *
   * @param changed is told on any thread that this member has more to say
   * @param answers runs the application's listeners
   */
  Statements(Runnable changed, Executor answers) {
    this.changed = changed;
    this.answers = answers;
  }

  void say(Statement statement) {
    if (!statement.equals(own)) {
      own = statement;
      changed.run();
    }
  }

  Statement own() {
    return own;
  }

  /** Another member said so, or repeated it. A later life of it begins with nothing. */
  void heard(MemberId member, Statement statement) {
    Heard before =
        statement.isEmpty()
            ? others.remove(member)
            : others.put(member, new Heard(statement, System.nanoTime()));
    Statement known = before == null ? Statement.NONE : before.statement();
    if (!known.equals(statement)) {
      listeners.forEach(answers::execute);
    }
  }

  Map<MemberId, Told> all(MemberId self) {
    long now = System.nanoTime();
    Map<MemberId, Told> all = new HashMap<>();
    others.forEach(
        (member, heard) ->
            all.put(
                member,
                new Told(heard.statement().bytes(), Duration.ofNanos(now - heard.atNanos()))));
    Statement mine = own;
    if (!mine.isEmpty()) {
      all.put(self, new Told(mine.bytes(), Duration.ZERO));
    }
    return Map.copyOf(all);
  }

  Subscription listen(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
