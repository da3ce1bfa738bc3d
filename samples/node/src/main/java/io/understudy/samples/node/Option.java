package io.understudy.samples.node;

import io.understudy.samples.node.CommandLine.Kind;

/** The options of every program that is a member. */
enum Option implements CommandLine.Name {
  CLUSTER("--cluster", Kind.REQUIRED),
  NAME("--name", Kind.REQUIRED),
  ROSTER("--roster", Kind.REQUIRED),
  BIND("--bind", Kind.REQUIRED),
  PEERS("--peers", Kind.REQUIRED),
  STATE("--state", Kind.REQUIRED),
  SECRET_FILE("--secret-file", Kind.REQUIRED),
  ROLE("--role", Kind.REPEATABLE),
  LEASE("--lease", Kind.SINGLE),
  RHO("--rho", Kind.SINGLE),
  HTTP("--http", Kind.SINGLE),
  CLAIMS("--claims", Kind.SINGLE),
  WITNESS("--witness", Kind.FLAG),
  WITNESS_JDBC("--witness-jdbc", Kind.SINGLE),
  WITNESS_USER("--witness-user", Kind.SINGLE),
  WITNESS_PASSWORD_FILE("--witness-password-file", Kind.SINGLE),
  WITNESS_MEMBER("--witness-member", Kind.SINGLE),
  NO_CRASH_PROOF("--no-crash-proof", Kind.FLAG),
  PREFER("--prefer", Kind.REPEATABLE),
  FAILBACK("--failback", Kind.SINGLE),
  WITH("--with", Kind.REPEATABLE),
  NOT_WITH("--not-with", Kind.REPEATABLE),
  SPREAD("--spread", Kind.FLAG),
  CONNECTIVITY("--connectivity", Kind.REPEATABLE),
  NO_CONNECTIVITY("--no-connectivity", Kind.SINGLE),
  DAMPENING("--dampening", Kind.SINGLE),
  EXCLUSION("--exclusion", Kind.SINGLE),
  REQUIRE_FENCE("--require-fence", Kind.FLAG),
  FENCE("--fence", Kind.REPEATABLE),
  FENCE_COMMAND("--fence-command", Kind.SINGLE),
  FENCE_SCOPE("--fence-scope", Kind.SINGLE),
  FENCE_LIMIT("--fence-limit", Kind.SINGLE),
  RESOURCE("--resource", Kind.REPEATABLE),
  CHECK_INTERVAL("--check-interval", Kind.SINGLE),
  START_TIMEOUT("--start-timeout", Kind.SINGLE),
  STOP_TIMEOUT("--stop-timeout", Kind.SINGLE),
  RESTART_LIMIT("--restart-limit", Kind.SINGLE),
  FAILURE_TIMEOUT("--failure-timeout", Kind.SINGLE),
  GUARDIAN("--guardian", Kind.FLAG),
  WATCHDOG("--watchdog", Kind.SINGLE);

  private final String text;
  private final Kind kind;

  Option(String text, Kind kind) {
    this.text = text;
    this.kind = kind;
  }

  @Override
  public String toString() {
    return text;
  }

  @Override
  public Kind kind() {
    return kind;
  }
}
