package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.Map;
import java.util.OptionalLong;

/** Short forms for what servers say: db-01 issues odd ids, db-02 even ones. */
final class Facts {
  static final Replication RUNNING =
      new Replication(true, Fetching.RECEIVING, true, OptionalLong.of(0), "");
  static final Replication STOPPED =
      new Replication(true, Fetching.STOPPED, false, OptionalLong.empty(), "");

  private Facts() {}

  static ServerFacts of(int number, int offset, Mode mode, Replication replication) {
    return new ServerFacts(
        "8.0.31",
        new IdSeries(number, 2, offset),
        2,
        offset,
        "source-" + number,
        true,
        mode,
        "position-" + number,
        replication);
  }

  static Healthy healthy(int number, Mode mode) {
    return new Healthy(of(number, number, mode, RUNNING), Map.of());
  }

  /** One whose writes wait for space. */
  static Healthy full(int number, Mode mode) {
    Healthy healthy = healthy(number, mode);
    return new Healthy(
        healthy.facts(), healthy.lacking(), healthy.findings().withFullDisk("writes wait"));
  }

  static Failed refused() {
    return new Failed(Kind.REFUSED, "connection refused");
  }

  static Failed silent() {
    return new Failed(Kind.SILENT, "read timed out");
  }

  static Failed declined() {
    return new Failed(Kind.DECLINED, "access denied");
  }
}
