package io.understudy.jdbc.internal.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.ha.RegisterValue;
import io.understudy.jdbc.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Assignments as bytes: UTF-8 lines {@code key=value}, the version first. Readable by people in a
 * register's dump; unknown keys are skipped, an unknown version is refused.
 */
public final class AssignmentCodec {
  private static final String HEADER = "understudy-assignment 1";

  /** What all texts of stranded transactions share, of a register's 4096 bytes. */
  private static final int STRANDED_CHARS = 800;

  private AssignmentCodec() {}

  /**
   * Encodes.
   *
   * @param assignment what to encode
   * @return at most a register's size for up to 30 masters with names of 40 characters, whatever
   *     the reason is; the reason is cut if need be
   */
  public static byte[] encode(Assignment assignment) {
    String reason = assignment.reason();
    byte[] bytes = encode(assignment, reason);
    while (bytes.length > RegisterValue.MAX_BYTES && !reason.isEmpty()) {
      reason = Assignment.cut(reason, reason.length() - 1);
      bytes = encode(assignment, reason);
    }
    return bytes;
  }

  private static byte[] encode(Assignment assignment, String reason) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    line(text, "generation", Long.toString(assignment.generation()));
    line(text, "phase", assignment.phase().name());
    line(text, "writer", assignment.writer());
    line(text, "candidate", assignment.candidate());
    line(text, "previous", assignment.previous());
    line(text, "since", Long.toString(assignment.sinceEpochMillis()));
    line(text, "reason", reason);
    line(text, "unplanned", Integer.toString(assignment.unplanned()));
    int share = STRANDED_CHARS / Math.max(1, assignment.masters().size());
    for (MasterRecord master : assignment.masters()) {
      IdSeries ids = master.ids();
      line(
          text,
          "master",
          String.format(
              Locale.ROOT, // other digits are none for other readers
              "%s %d %d %d %d %s",
              master.name(),
              ids.serverId(),
              ids.increment(),
              ids.offset(),
              master.stranded(),
              shortened(master.strandedGtids(), share)));
    }
    return text.toString().getBytes(UTF_8);
  }

  private static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /**
   * Decodes.
   *
   * @param bytes the register's content; none means {@link Assignment#NONE}
   * @return the assignment
   * @throws IllegalArgumentException if this is no assignment of a known version; the message says
   *     what is wrong
   */
  public static Assignment decode(byte[] bytes) {
    if (bytes.length == 0) {
      return Assignment.NONE;
    }
    String[] lines = new String(bytes, UTF_8).split("\n", -1);
    if (!lines[0].equals(HEADER)) {
      throw new IllegalArgumentException(
          "the assignment begins with '%s', '%s' is wanted".formatted(lines[0], HEADER));
    }
    Map<String, String> values = new HashMap<>();
    List<MasterRecord> masters = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      int equals = lines[i].indexOf('=');
      String key = equals < 0 ? "" : lines[i].substring(0, equals);
      String value = lines[i].substring(equals + 1);
      if (key.equals("master")) {
        masters.add(master(value));
      } else if (!key.isEmpty()) {
        values.put(key, value);
      }
    }
    return new Assignment(
        number(values, "generation"),
        Phase.valueOf(text(values, "phase")),
        text(values, "writer"),
        text(values, "candidate"),
        text(values, "previous"),
        number(values, "since"),
        text(values, "reason"),
        masters,
        Integer.parseInt(values.getOrDefault("unplanned", "0"))); // earlier versions did not count
  }

  private static MasterRecord master(String value) {
    String[] parts = value.split(" ", -1);
    if (parts.length < 5) {
      throw new IllegalArgumentException("master line '" + value + "' has fewer than 5 fields");
    }
    return new MasterRecord(
        parts[0],
        new IdSeries(
            Long.parseLong(parts[1]), Integer.parseInt(parts[2]), Integer.parseInt(parts[3])),
        Long.parseLong(parts[4]),
        parts.length > 5 ? parts[5] : ""); // earlier versions wrote five fields
  }

  private static String text(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("the assignment lacks '" + key + "'");
    }
    return value;
  }

  private static long number(Map<String, String> values, String key) {
    return Long.parseLong(text(values, key));
  }
}
