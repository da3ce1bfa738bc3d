package io.understudy.jdbc.internal.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether two masters could issue the same id. Pure: it judges what the servers said.
 *
 * <p>A server issues {@code offset + n * increment}. Two such series meet exactly if their offsets
 * are equal modulo the greatest common divisor of their increments. An offset above the increment
 * is ignored by the servers, which then count from 1: it is refused as a mistake of its own.
 */
public final class OffsetAudit {
  private OffsetAudit() {}

  /**
   * One master as the audit sees it.
   *
   * @param name the master
   * @param ids its id series, from the server or remembered
   * @param facts what it said now, empty while it is away
   */
  public record Subject(String name, IdSeries ids, Optional<ServerFacts> facts) {}

  /**
   * Judges.
   *
   * @param subjects all masters
   * @return one sentence for each refusal, with the values found and wanted; empty means proved
   */
  public static List<String> refusals(List<Subject> subjects) {
    List<String> refusals = new ArrayList<>();
    for (Subject subject : subjects) {
      checkAlone(subject, subjects.size(), refusals);
    }
    for (int i = 0; i < subjects.size(); i++) {
      for (int j = i + 1; j < subjects.size(); j++) {
        checkPair(subjects.get(i), subjects.get(j), refusals);
      }
    }
    checkSources(subjects, refusals);
    return refusals;
  }

  private static void checkAlone(Subject subject, int masters, List<String> refusals) {
    IdSeries ids = subject.ids();
    if (ids.increment() < masters) {
      refusals.add(
          "%s has auto_increment_increment=%d, at least %d (the number of masters) is wanted"
              .formatted(subject.name(), ids.increment(), masters));
    }
    if (ids.offset() > ids.increment()) {
      refusals.add(
          "%s has auto_increment_offset=%d, at most its increment %d is wanted (a larger one is ignored)"
              .formatted(subject.name(), ids.offset(), ids.increment()));
    }
    subject.facts().ifPresent(facts -> checkFresh(subject, facts, refusals));
  }

  private static void checkFresh(Subject subject, ServerFacts facts, List<String> refusals) {
    IdSeries ids = subject.ids();
    if (facts.sessionIncrement() != ids.increment() || facts.sessionOffset() != ids.offset()) {
      refusals.add(
          ("%s has increment/offset %d/%d in an open session and %d/%d globally, equal ones are wanted"
                  + " (SET GLOBAL leaves open connections as they were: reconnect the pools)")
              .formatted(
                  subject.name(),
                  facts.sessionIncrement(),
                  facts.sessionOffset(),
                  ids.increment(),
                  ids.offset()));
    }
    if (!facts.gtid()) {
      refusals.add(
          "%s has gtid_mode other than ON, ON is wanted (without it nothing tells what is missing)"
              .formatted(subject.name()));
    }
  }

  private static void checkPair(Subject a, Subject b, List<String> refusals) {
    int common = gcd(a.ids().increment(), b.ids().increment());
    if (Math.floorMod(a.ids().offset() - b.ids().offset(), common) == 0) {
      refusals.add(
          ("%s (increment %d, offset %d) and %s (increment %d, offset %d) can issue the same ids:"
                  + " offsets that differ modulo %d are wanted, for instance 1 and 2 with increment 2")
              .formatted(
                  a.name(),
                  a.ids().increment(),
                  a.ids().offset(),
                  b.name(),
                  b.ids().increment(),
                  b.ids().offset(),
                  Math.max(common, 2)));
    }
    if (a.ids().serverId() == b.ids().serverId()) {
      refusals.add(
          "%s and %s have the same server_id=%d, distinct ones are wanted"
              .formatted(a.name(), b.name(), a.ids().serverId()));
    }
  }

  private static void checkSources(List<Subject> subjects, List<String> refusals) {
    Map<String, String> owners = new HashMap<>();
    for (Subject subject : subjects) {
      String source = subject.facts().map(ServerFacts::source).orElse("");
      String owner = source.isEmpty() ? null : owners.putIfAbsent(source, subject.name());
      if (owner != null) {
        refusals.add(
            "%s and %s have the same server_uuid or gtid_domain_id '%s', distinct ones are wanted"
                .formatted(owner, subject.name(), source));
      }
    }
  }

  private static int gcd(int a, int b) {
    return b == 0 ? Math.max(a, 1) : gcd(b, a % b);
  }
}
