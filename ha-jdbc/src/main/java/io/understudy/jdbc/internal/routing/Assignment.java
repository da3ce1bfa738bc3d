package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.Phase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the director decided: the content of the role's register. Names are empty text for "nobody".
 *
 * @param generation rises with each change of writer or candidate, and with each withdrawal; never
 *     falls
 * @param phase where the change stands
 * @param writer who may be written to; named in phases SERVING and DRAINING only
 * @param candidate who is being prepared, or shall be; not in phase SERVING
 * @param previous who was the writer before
 * @param sinceEpochMillis when the generation began, on the director's wall clock: for people
 * @param reason why this writer, or what is missing
 * @param masters what is known of each master
 * @param unplanned how many changes of writer in a row nobody planned; 0 after a planned one
 */
public record Assignment(
    long generation,
    Phase phase,
    String writer,
    String candidate,
    String previous,
    long sinceEpochMillis,
    String reason,
    List<MasterRecord> masters,
    int unplanned) {
  private static final int MAX_REASON_CHARACTERS = 400;
  private static final String PERHAPS_OPEN = "not closed and perhaps open: ";

  /** Before anybody decided anything. */
  public static final Assignment NONE =
      new Assignment(0, Phase.CHECKING, "", "", "", 0, "no director has decided yet", List.of());

  /**
   * One after a planned change, or before any.
   *
   * @param generation its number
   * @param phase where the change stands
   * @param writer who may be written to
   * @param candidate who is being prepared
   * @param previous who was the writer before
   * @param sinceEpochMillis when the generation began
   * @param reason why this writer
   * @param masters what is known of each master
   */
  public Assignment(
      long generation,
      Phase phase,
      String writer,
      String candidate,
      String previous,
      long sinceEpochMillis,
      String reason,
      List<MasterRecord> masters) {
    this(generation, phase, writer, candidate, previous, sinceEpochMillis, reason, masters, 0);
  }

  /** Copies, makes the reason one line, checks that a writer is named in its phases alone. */
  public Assignment {
    masters = List.copyOf(masters);
    reason = oneLine(reason);
    if (phase.hasWriter() == writer.isEmpty()) {
      throw new IllegalArgumentException("phase " + phase + " with writer '" + writer + "'");
    }
  }

  /**
   * Whether another master is agreed on, so that this one must not be open. In a planned change,
   * and before the first writer is agreed on, that is decided step by step.
   *
   * @param master a master
   * @return true if it must be closed
   */
  public boolean isClosedTo(String master) {
    return switch (phase) {
      case SERVING -> !writer.equals(master);
      case FAILING_OVER -> !candidate.isEmpty() && !candidate.equals(master);
      default -> false;
    };
  }

  /**
   * Whether connections may be handed out under this assignment.
   *
   * @return true in phase SERVING
   */
  public boolean isServing() {
    return phase == Phase.SERVING;
  }

  /**
   * Who was the writer until now, in whatever phase.
   *
   * @return the writer, else the previous one, else empty text
   */
  public String lastWriter() {
    return writer.isEmpty() ? previous : writer;
  }

  /**
   * What is remembered of a master.
   *
   * @param name the master
   * @return its record, if it was ever seen
   */
  public Optional<MasterRecord> master(String name) {
    return masters.stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /**
   * A planned change begins: the writer is used by those alone who use it now.
   *
   * @param newCandidate who shall write
   * @param why for people
   * @return the assignment to commit, of the same generation
   */
  public Assignment draining(String newCandidate, String why) {
    return new Assignment(
        generation,
        Phase.DRAINING,
        writer,
        newCandidate,
        previous,
        sinceEpochMillis,
        why,
        masters,
        unplanned);
  }

  /**
   * The planned change is off: the writer is used as before. Nobody lost anything, so the
   * generation is the same.
   *
   * @param why for people
   * @return the assignment to commit
   */
  public Assignment resuming(String why) {
    return new Assignment(
        generation, Phase.SERVING, writer, "", previous, sinceEpochMillis, why, masters, unplanned);
  }

  /**
   * Nobody writes, and a candidate is prepared, in a new generation.
   *
   * @param newPhase any without a writer
   * @param newCandidate who shall write, or empty text
   * @param why for people
   * @return the assignment to commit
   */
  public Assignment preparing(Phase newPhase, String newCandidate, String why) {
    return new Assignment(
        generation + 1, newPhase, "", newCandidate, lastWriter(), 0, why, masters, unplanned);
  }

  /**
   * The candidate writes, in the same generation.
   *
   * @param why for people
   * @return the assignment to commit
   */
  public Assignment serving(String why) {
    boolean switched = phase == Phase.SWITCHING && !candidate.equals(previous);
    int row = switched ? 0 : unplanned;
    return new Assignment(
        generation, Phase.SERVING, candidate, "", previous, sinceEpochMillis, why, masters, row);
  }

  /**
   * The same decision as one of several in a row that nobody planned.
   *
   * @param row which one it is, from 1
   * @return the changed assignment
   */
  public Assignment inRow(int row) {
    return new Assignment(
        generation, phase, writer, candidate, previous, sinceEpochMillis, reason, masters, row);
  }

  /**
   * The same decision with newer knowledge of the masters.
   *
   * @param newMasters what is known
   * @return the changed assignment
   */
  public Assignment knowing(List<MasterRecord> newMasters) {
    return new Assignment(
        generation,
        phase,
        writer,
        candidate,
        previous,
        sinceEpochMillis,
        reason,
        newMasters,
        unplanned);
  }

  /**
   * The same decision, telling that some servers could not be closed before. The names come first,
   * so that they are kept if the reason is cut.
   *
   * @param gone their names
   * @return the changed assignment; an equal one if it tells of them already
   */
  public Assignment leavingOpen(List<String> gone) {
    boolean told = reason.startsWith(PERHAPS_OPEN);
    int begin = told ? PERHAPS_OPEN.length() : 0;
    int end = told ? reason.indexOf(';') : 0;
    end = end < 0 ? reason.length() : end;
    Set<String> names = new LinkedHashSet<>(List.of(reason.substring(begin, end).split(", ", -1)));
    names.remove("");
    String rest = told ? reason.substring(end) : "; " + reason;
    boolean more =
        names.addAll(
            gone.stream()
                .filter(name -> !rest.startsWith("; %s is gone".formatted(name)))
                .toList());
    if (!more) {
      return this;
    }
    return new Assignment(
        generation,
        phase,
        writer,
        candidate,
        previous,
        sinceEpochMillis,
        PERHAPS_OPEN + String.join(", ", names) + rest,
        masters,
        unplanned);
  }

  /**
   * The same decision with the time at which its generation began.
   *
   * @param epochMillis wall clock
   * @return the changed assignment
   */
  public Assignment since(long epochMillis) {
    return new Assignment(
        generation, phase, writer, candidate, previous, epochMillis, reason, masters, unplanned);
  }

  /**
   * A reason as an assignment keeps it.
   *
   * @param text any text
   * @return one line of bounded length
   */
  static String oneLine(String text) {
    String flat = text.replaceAll("[\\p{Cntrl}\\p{Cs}\\u2028\\u2029]+", " ").strip();
    return cut(flat, MAX_REASON_CHARACTERS);
  }

  /** The beginning of a text, without half a character at its end. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean splits = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
    return text.substring(0, splits ? most - 1 : most).strip();
  }
}
