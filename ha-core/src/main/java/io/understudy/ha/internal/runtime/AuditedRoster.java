package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.RosterMember;
import java.util.concurrent.CompletionStage;

/** Changes of the roster in somebody's name: each is told like every other operation. */
final class AuditedRoster implements RosterAdmin {
  private final String by;
  private final RosterAdmin roster;
  private final Audit audit;

  AuditedRoster(String by, RosterAdmin roster, Audit audit) {
    this.by = by;
    this.roster = roster;
    this.audit = audit;
  }

  @Override
  public CompletionStage<Void> add(RosterMember member) {
    return audit.does(
        "addition of " + member.member() + " to the roster with " + inWords(member.votes()),
        by,
        () -> roster.add(member));
  }

  @Override
  public CompletionStage<Void> remove(MemberId member) {
    return audit.does("removal of " + member + " from the roster", by, () -> roster.remove(member));
  }

  @Override
  public CompletionStage<Void> votes(MemberId member, int votes) {
    return audit.does(
        "change of the roster to " + inWords(votes) + " of " + member,
        by,
        () -> roster.votes(member, votes));
  }

  @Override
  public CompletionStage<Void> cancel() {
    return audit.does("cancellation of the change of the roster", by, roster::cancel);
  }

  private static String inWords(int votes) {
    return votes + (votes == 1 ? " vote" : " votes");
  }
}
