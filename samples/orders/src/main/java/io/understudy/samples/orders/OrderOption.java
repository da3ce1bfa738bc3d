package io.understudy.samples.orders;

import io.understudy.samples.node.CommandLine;
import io.understudy.samples.node.CommandLine.Kind;

/** The options besides those of every member. */
enum OrderOption implements CommandLine.Name {
  DB("--db", Kind.REQUIRED),
  MASTER("--master", Kind.REPEATABLE),
  USER("--user", Kind.REQUIRED),
  PASSWORD_FILE("--password-file", Kind.REQUIRED),
  MANAGER_USER("--manager-user", Kind.REQUIRED),
  MANAGER_PASSWORD_FILE("--manager-password-file", Kind.REQUIRED),
  CLIENTS("--clients", Kind.SINGLE),
  RATE("--rate", Kind.SINGLE),
  LEDGER("--ledger", Kind.SINGLE),
  PROBE_INTERVAL("--probe-interval", Kind.SINGLE),
  PROBE_TIMEOUT("--probe-timeout", Kind.SINGLE),
  MINIMUM_WRITER_TIME("--minimum-writer-time", Kind.SINGLE),
  GUARDED("--guarded", Kind.FLAG),
  RESOLVE("--resolve", Kind.FLAG);

  private final String text;
  private final Kind kind;

  OrderOption(String text, Kind kind) {
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
