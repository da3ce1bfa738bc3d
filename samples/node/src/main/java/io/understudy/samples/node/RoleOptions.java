package io.understudy.samples.node;

import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Takeover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** What the command line says of roles. Pure. */
final class RoleOptions {
  private static final String DEFAULT_ROLE = "main";

  private final Map<Option, List<String>> given;
  private final Set<String> names;

  private RoleOptions(Map<Option, List<String>> given) {
    this.given = given;
    this.names = new LinkedHashSet<>(given.getOrDefault(Option.ROLE, List.of(DEFAULT_ROLE)));
  }

  static List<RoleSpec> parse(Map<Option, List<String>> given) throws ArgumentException {
    return new RoleOptions(given).roles();
  }

  private List<RoleSpec> roles() throws ArgumentException {
    Map<String, Placement> placements = placements();
    if (names.size() < given.getOrDefault(Option.ROLE, List.of()).size()) {
      throw new ArgumentException(Option.ROLE + " names a role twice; name each once");
    }
    Map<String, ResourceGroup> groups = GroupOptions.parse(given, names);
    Takeover takeover = takeover();
    List<RoleSpec> roles = new ArrayList<>();
    for (String name : names) {
      try {
        roles.add(
            RoleSpec.named(name)
                .placed(placements.getOrDefault(name, Placement.anywhere()))
                .running(groups.getOrDefault(name, ResourceGroup.none()))
                .takenOver(takeover));
      } catch (IllegalArgumentException e) {
        throw new ArgumentException(Option.ROLE + ": " + e.getMessage());
      }
    }
    return List.copyOf(roles);
  }

  // ---- which member ----------------------------------------------------------------------------

  private Map<String, Placement> placements() throws ArgumentException {
    Map<String, Placement> placements = new HashMap<>();
    Placement common = common();
    names.forEach(name -> placements.put(name, common));
    prefer(placements);
    join(placements, Option.WITH, Placement::with);
    join(placements, Option.NOT_WITH, Placement::notWith);
    return placements;
  }

  private void join(
      Map<String, Placement> placements,
      Option option,
      BiFunction<Placement, String, Placement> rule)
      throws ArgumentException {
    for (String text : given.getOrDefault(option, List.of())) {
      String[] pair = pair(option, text);
      Placement before = placements.getOrDefault(pair[0], Placement.anywhere());
      placements.put(pair[0], Arguments.checked(option, text, () -> rule.apply(before, pair[1])));
    }
  }

  private Placement common() throws ArgumentException {
    Optional<Duration> failback = failback();
    Placement plain = Placement.anywhere();
    Placement common =
        failback.isEmpty()
            ? plain
            : Arguments.checked(
                Option.FAILBACK,
                Arguments.single(given, Option.FAILBACK).orElseThrow(),
                () -> plain.failingBackAfter(failback.get()));
    return given.containsKey(Option.SPREAD) ? common.spreading() : common;
  }

  private Optional<Duration> failback() throws ArgumentException {
    String text = Arguments.single(given, Option.FAILBACK).orElse("never");
    if (text.equals("never")) {
      return Optional.empty();
    }
    if (text.equals("auto")) {
      return Optional.of(Arguments.timing(given).lease().multipliedBy(2));
    }
    if (!Values.DURATION.matcher(text).matches()) {
      throw new ArgumentException(
          Option.FAILBACK + " is '" + text + "'; give never, auto or a delay like 30s");
    }
    return Optional.of(Values.duration(Option.FAILBACK, text));
  }

  private void prefer(Map<String, Placement> placements) throws ArgumentException {
    Set<String> seen = new LinkedHashSet<>();
    for (String text : given.getOrDefault(Option.PREFER, List.of())) {
      int equals = text.indexOf('=');
      String role = text.substring(0, Math.max(0, equals));
      List<MemberId> members = members(text, text.substring(equals + 1));
      if (!seen.add(role)) {
        throw new ArgumentException(
            Option.PREFER + " names role '" + role + "' twice; name it once, as role=first,second");
      }
      if (!names.contains(role)) {
        throw new ArgumentException(
            Option.PREFER + " names role '" + role + "'; name one of " + names);
      }
      Placement before = placements.getOrDefault(role, Placement.anywhere());
      placements.put(
          role, Arguments.checked(Option.PREFER, text, () -> before.preferring(members)));
    }
  }

  private static List<MemberId> members(String text, String names) throws ArgumentException {
    try {
      return Arrays.stream(names.split(",", -1)).map(MemberId::of).toList();
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(
          Option.PREFER + " is '" + text + "'; give role=member or role=first,second");
    }
  }

  private String[] pair(Option option, String text) throws ArgumentException {
    String[] pair = text.split("=", -1);
    if (pair.length != 2 || !names.containsAll(List.of(pair))) {
      throw new ArgumentException(
          option + " is '" + text + "'; give role=other, where both are among " + names);
    }
    return pair;
  }

  // ---- what must be known of the last leader ---------------------------------------------------

  private Takeover takeover() throws ArgumentException {
    String exclusion = Arguments.single(given, Option.EXCLUSION).orElse("token");
    Takeover takeover =
        switch (exclusion) {
          case "token" -> Takeover.atOnce();
          case "stopped" -> Takeover.afterStop();
          default ->
              throw new ArgumentException(
                  Option.EXCLUSION + " is '" + exclusion + "'; give token or stopped");
        };
    return given.containsKey(Option.REQUIRE_FENCE) ? takeover.requiringFence() : takeover;
  }
}
