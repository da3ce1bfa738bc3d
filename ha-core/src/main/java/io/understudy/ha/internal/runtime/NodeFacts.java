package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.facts.Condition;
import io.understudy.ha.internal.facts.Maintenance;
import io.understudy.ha.internal.facts.Report;
import io.understudy.ha.internal.facts.ReportBook;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.facts.RulesReport;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.MemberFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * What this member knows of itself and of the others, for placement: its own condition, the reports
 * that were heard lately, who is seen, who leads, and whether the cluster is in maintenance.
 * Evidence; the election sees none of it. Election thread, except where a method says otherwise.
 */
final class NodeFacts {
  /** For how long a report counts. */
  static final long VALID_LEASES = 2;

  private final HaConfig config;
  private final Node node;
  private final EventLoop loop;
  private final ConditionWatch condition;
  private final MaintenanceSwitch maintenance;
  private final Reports reports;
  private final ReportBook book;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<ReportListener> reportListeners = new CopyOnWriteArrayList<>();
  private volatile ClusterFacts facts;
  private boolean stale = true;
  private long lookAgainNanos = System.nanoTime();

  /**
   * The parts of a node of which the facts are.
   *
   * @param lives this member's
   * @param roster in force
   * @param view who is seen
   * @param roles declared here
   * @param groups their resources
   */
  record Node(
      Lives lives, RosterRuntime roster, PeerView view, DeclaredRoles roles, Groups groups) {}

  /**
   * The ways in and out.
   *
   * @param transport carries reports
   * @param events get what people should know
   * @param loop the election thread's
   */
  record Links(Transport transport, EventBus events, EventLoop loop) {}

  /** Is told what another member says of a role, each time it says it. Election thread. */
  interface ReportListener {
    /**
     * A report has arrived.
     *
     * @param from the life that says so
     * @param role the role
     * @param said what it says of it
     */
    void onReport(Life from, String role, RoleReport said);
  }

  /** Makes it; {@link #start} sets it going. */
  NodeFacts(HaConfig config, Node node, Links links, MaintenanceSwitch maintenance) {
    this.config = config;
    this.node = node;
    this.loop = links.loop();
    this.maintenance = maintenance;
    this.condition =
        new ConditionWatch(config, links.events(), () -> links.loop().execute(this::changed));
    long leaseNanos = config.timing().lease().toNanos();
    this.book = new ReportBook(VALID_LEASES * leaseNanos, leaseNanos);
    Reports.Sender sender =
        new Reports.Sender(
            links.transport(), node.lives()::self, node.roster()::roster, this::isProcess);
    this.reports = new Reports(sender, this::own, leaseNanos / 2);
    this.facts = new ClusterFacts(config.member(), List.of(), Map.of(), maintenance.word().on());
    node.groups().maintenance(maintenance.word().on());
  }

  private boolean isProcess(MemberId member) {
    return config.rowWitness().map(row -> !row.member().equals(member)).orElse(true);
  }

  /** Any thread. */
  void start() {
    condition.start();
  }

  /** Any thread. Does not wait for what runs. */
  void close() {
    condition.close();
  }

  // ---- the transport's threads -----------------------------------------------------------------

  /** Takes the reports out of what has arrived; the rest is the election's business. */
  List<Envelope> withoutReports(List<Envelope> envelopes) {
    if (envelopes.stream().noneMatch(Reports::isReport)) {
      return envelopes;
    }
    List<Envelope> others = new ArrayList<>();
    for (Envelope envelope : envelopes) {
      if (Reports.isReport(envelope)) {
        reports.read(envelope).ifPresent(heard -> loop.executeMessage(() -> hear(heard)));
      } else {
        others.add(envelope);
      }
    }
    return others;
  }

  // ---- any thread ------------------------------------------------------------------------------

  /** Is told on the election thread when {@link #current} has changed. Must not block. */
  void whenChanged(Runnable listener) {
    listeners.add(listener);
  }

  /** Is told on the election thread what others say of roles. Must not block. */
  void whenReported(ReportListener listener) {
    reportListeners.add(listener);
  }

  NodeStatus.Condition status() {
    Maintenance word = maintenance.word();
    Condition own = condition.condition();
    return new NodeStatus.Condition(
        word.on(),
        word.by().isEmpty() ? Optional.empty() : Optional.of(MemberId.of(word.by())),
        own.link().reached(),
        own.link().targets(),
        own.link().needed(),
        own.unhealthy());
  }

  /** What an operator should mend, a sentence each. */
  List<String> warnings() {
    String unstored = maintenance.warning();
    Stream<String> stored = unstored.isEmpty() ? Stream.empty() : Stream.of(unstored);
    return Stream.concat(stored, condition.warnings().stream()).toList();
  }

  // ---- election thread -------------------------------------------------------------------------

  /** An operator has said so here. */
  void maintenance(boolean on) {
    maintenance.say(on);
    maintenanceMayHaveChanged();
  }

  private void maintenanceMayHaveChanged() {
    node.groups().maintenance(maintenance.word().on());
    changed();
  }

  private void hear(Reports.Heard heard) {
    Life from = heard.from();
    if (maintenance.hear(heard.part().report().maintenance())) {
      maintenanceMayHaveChanged(); // the last word wins, whoever brings it and however late
    }
    boolean isUnknown = book.report(from.member(), System.nanoTime()).isEmpty();
    book.take(from, heard.number(), heard.part(), System.nanoTime())
        .ifPresent(
            report -> {
              stale = true;
              if (isUnknown) {
                reports.greet(); // it has begun: it has not heard from here either
              }
              if (report.rules().lacks().contains(node.roles().rules().hash())) {
                reports.rulesAsked();
              }
              reports.changed(); // there may be something to ask for
              node.roles().heard(from.member(), report.roles());
              tell(from, report);
            });
  }

  /** There may be nothing to say of a role but that it is declared there. */
  private void tell(Life from, Report report) {
    Map<String, RoleReport> said = new TreeMap<>(report.roles());
    report.rules().digests().keySet().forEach(role -> said.putIfAbsent(role, RoleReport.NOTHING));
    said.forEach(
        (role, one) -> reportListeners.forEach(listener -> listener.onReport(from, role, one)));
  }

  /** Something that others should know, or that was known of them, may have changed. */
  void changed() {
    stale = true;
    reports.changed();
  }

  /** Sends what is due, and tells whoever listens. */
  void tick() {
    long now = System.nanoTime();
    if (now - lookAgainNanos >= 0) {
      lookAgainNanos = now + config.timing().heartbeat().toNanos();
      changed(); // reports expire, members come and go
    }
    if (reports.tick(now)) {
      maintenance.storeIfNeeded();
    }
    if (stale) {
      assemble(now);
    }
  }

  long wakeAtNanos(long othersNanos) {
    return reports.wakeAtNanos(othersNanos, System.nanoTime());
  }

  /** What is known; at most a heartbeat interval old. Any thread. */
  ClusterFacts current() {
    return facts;
  }

  private void assemble(long now) {
    stale = false;
    Roster roster = node.roster().roster();
    book.retain(roster::contains);
    List<MemberFacts> members = new ArrayList<>();
    for (RosterMember entry : roster.members()) {
      if (!entry.witness()) {
        members.add(factsOf(entry.member(), now));
      }
    }
    ClusterFacts fresh =
        new ClusterFacts(config.member(), members, node.roles().leaders(), maintenance.word().on());
    if (!fresh.equals(facts)) {
      facts = fresh;
      listeners.forEach(Runnable::run);
    }
  }

  private MemberFacts factsOf(MemberId member, long now) {
    boolean isSelf = member.equals(config.member());
    Optional<Report> report = isSelf ? Optional.of(own()) : book.report(member, now);
    boolean reachable = isSelf || node.view().reachable().contains(member);
    return report
        .map(
            said ->
                new MemberFacts(
                    member,
                    reachable,
                    true,
                    said.standby(),
                    said.link(),
                    said.unhealthy(),
                    said.unfit(),
                    said.rules().digests()))
        .orElse(
            new MemberFacts(
                member, reachable, false, false, MemberFacts.Link.NONE, "", Map.of(), Map.of()));
  }

  private Report own() {
    Condition now = condition.condition();
    DeclaredRoles roles = node.roles();
    String unhealthy =
        Stream.of(node.lives().outOfService(), roles.refusal(), now.unhealthy())
            .filter(reason -> !reason.isEmpty())
            .findFirst()
            .orElse("");
    Map<String, RoleReport> said =
        config.witness() ? Map.of() : roles.reports(node.lives().knownRoles());
    RulesReport rules = roles.rules().lacking(book.lacks(System.nanoTime()));
    return new Report(roles.isStandby(), maintenance.word(), now.link(), unhealthy, said, rules);
  }
}
