package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a member believes about the others and about its own chances. Never decides a vote.
 *
 * @param reachable who seems alive
 * @param candidacy whether and how it runs
 * @param leader the leader it follows, or null
 * @param leaderEpoch that leader's epoch
 * @param committed the newest register value known to be committed
 * @param highestEpoch the highest epoch heard of
 * @param evidence recent facts about others, to be relayed when campaigning
 * @param freeSinceNanos since when nothing but its rank keeps it from campaigning
 * @param stepNanos the delay between two ranks
 * @param attempts counts canvasses, to number and to jitter them
 * @param invited whether the last leader named it as successor
 * @param courtesy to whose canvass this voter said yes, and how long it says no to others: so that
 *     of several that ask at once one gets a quorum. Binds no vote
 * @param rosterCommittedNanos since when the roster in force is known to be committed; {@link
 *     Step#NEVER} if it is not. Of no meaning under the seed, which always was
 */
public record Outlook(
    Set<MemberId> reachable,
    Input.Candidacy candidacy,
    @Nullable Life leader,
    long leaderEpoch,
    RegisterValue committed,
    long highestEpoch,
    List<Evidence> evidence,
    long freeSinceNanos,
    long stepNanos,
    long attempts,
    boolean invited,
    @Nullable Promise courtesy,
    long rosterCommittedNanos) {}
