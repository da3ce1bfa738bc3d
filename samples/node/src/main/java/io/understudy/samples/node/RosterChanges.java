package io.understudy.samples.node;

import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.RosterMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Changes of the roster. They may take longer than a request: whoever asks again for the one that
 * is under way waits for it and does not begin another. Threadsafe.
 */
final class RosterChanges {
  private static final List<String> ACTIONS = List.of("add", "remove", "cancel");
  private static final String WITNESS = "witness";

  private final HaNode node;
  private final Map<String, CompletableFuture<Void>> underWay = new HashMap<>();

  RosterChanges(HaNode node) {
    this.node = node;
  }

  /**
   * Does it.
   *
   * @param roster in the name of whoever asks
   */
  Answer answer(Query query, RosterAdmin roster) throws Answer.Refusal {
    List<String> asked = ACTIONS.stream().filter(query::has).toList();
    if (asked.size() != 1) {
      throw Query.bad("give one of add=NAME[:VOTES][:witness], remove=NAME and cancel");
    }
    return switch (asked.get(0)) {
      case "add" -> add(roster, entry(query.required("add")));
      case "remove" -> remove(roster, Operations.member(query.required("remove")));
      default -> cancel(roster);
    };
  }

  private Answer add(RosterAdmin roster, RosterMember entry) throws Answer.Refusal {
    String votes = entry.votes() + (entry.votes() == 1 ? " vote" : " votes");
    String what = entry.member() + (entry.witness() ? " as a witness" : "") + " with " + votes;
    await("adding " + what, () -> roster.add(entry));
    return Answer.of(200, "the roster has " + what);
  }

  private Answer remove(RosterAdmin roster, MemberId member) throws Answer.Refusal {
    await("removal of " + member, () -> roster.remove(member));
    return Answer.of(200, "the roster has " + member + " no longer");
  }

  private static Answer cancel(RosterAdmin roster) throws Answer.Refusal {
    Operations.done(roster.cancel().thenApply(done -> true), () -> "cancellation");
    return Answer.of(200, "the change is given up; what was committed of it stays");
  }

  private void await(String what, Supplier<CompletionStage<Void>> begin) throws Answer.Refusal {
    Operations.done(underWay(what, begin).thenApply(done -> true), () -> what + whatFor());
  }

  private synchronized CompletableFuture<Void> underWay(
      String what, Supplier<CompletionStage<Void>> begin) {
    underWay.values().removeIf(CompletableFuture::isDone);
    return underWay.computeIfAbsent(what, any -> begin.get().toCompletableFuture());
  }

  private String whatFor() {
    String change = node.status().roster().change();
    return change.isEmpty() ? "" : " (" + change + ")";
  }

  /** Reads {@code n4}, {@code n4:2}, {@code w1:witness} or {@code w1:2:witness}. */
  private static RosterMember entry(String text) throws Answer.Refusal {
    String[] parts = text.split(":", -1);
    boolean witness = parts.length > 1 && WITNESS.equals(parts[parts.length - 1]);
    int plain = parts.length - (witness ? 1 : 0);
    if (plain > 2 || (plain == 2 && !parts[1].matches("[0-9]{1,3}"))) {
      throw Query.bad("'" + text + "' is not NAME, NAME:VOTES, NAME:witness or NAME:VOTES:witness");
    }
    int votes = plain == 2 ? Integer.parseInt(parts[1]) : 1;
    try {
      return new RosterMember(Operations.member(parts[0]), votes, witness);
    } catch (IllegalArgumentException e) {
      throw Query.bad(Objects.requireNonNull(e.getMessage()));
    }
  }
}
