package io.understudy.jdbc;

import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import java.time.Duration;
import java.time.Instant;

/**
 * Something that happened to a data source, as this JVM saw it. State changes first, the event
 * comes after. Every subscriber is told of all events in the same order, on a thread of its own,
 * which no borrower and no director ever waits for. One that falls 1,000 events behind loses the
 * oldest ones, and is told so by {@link Overflow} in their place.
 */
public sealed interface HaDataSourceEvent {
  /**
   * When it happened.
   *
   * @return wall clock time, for people; decisions never depend on it
   */
  Instant time();

  /**
   * Another assignment is committed: the writer, the phase, the candidate, the reason or the
   * director's epoch changed. On every JVM that hears it; one that missed some is told of the
   * newest.
   *
   * @param time when
   * @param route writer, phase, generation, epoch and this node
   * @param candidate who is being prepared; empty text in phase SERVING
   * @param reason why this writer, or what is missing
   */
  record WriterChanged(Instant time, RouteInfo route, String candidate, String reason)
      implements HaDataSourceEvent {}

  /**
   * A master's role, reach, mode, replication, lag or number of stranded transactions changed, or
   * which JVMs reach it. On every JVM, by what that one knows: see {@link MasterStatus}.
   *
   * @param time when
   * @param master how it stands now
   */
  record MasterChanged(Instant time, MasterStatus master) implements HaDataSourceEvent {}

  /**
   * A planned change of writer was asked for, took a step, or ended. On every JVM; others than the
   * director hear of several steps at a time.
   *
   * @param time when
   * @param progress how it stands; the last of its steps is the newest
   */
  record SwitchoverChanged(Instant time, SwitchoverResult progress) implements HaDataSourceEvent {}

  /**
   * The writer is lost, and stays for a while all the same, because writers were lost one after
   * another. On the director alone; told once for each writer.
   *
   * @param time when
   * @param writer who stays
   * @param remaining for how long still
   * @param reason what it suffers from, until when it stays, and what to do
   */
  record FailoverHeld(Instant time, String writer, Duration remaining, String reason)
      implements HaDataSourceEvent {}

  /**
   * This subscriber was too slow: events before the next one were lost. Others may have got them.
   *
   * @param time when the first of them happened
   * @param lost how many
   */
  record Overflow(Instant time, long lost) implements HaDataSourceEvent {}
}
