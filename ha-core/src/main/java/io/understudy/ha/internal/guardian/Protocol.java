package io.understudy.ha.internal.guardian;

import java.util.ArrayList;
import java.util.List;

/**
 * What is said over the pipe: lines of fields with a tab between them.
 *
 * <p>Each message to the guardian begins with an empty line, the bell. Whoever waits for the next
 * message takes that one byte from the pipe and nothing else, and takes the rest under a lock. So
 * who holds the lock and finds the pipe empty knows that everything sent so far has been heeded.
 *
 * <pre>
 * to the guardian    hello VERSION PID MEMBER DIRECTORY STATE WATCHDOG FEED-MILLIS
 *                    duty ROLE DEADLINE STOP-LIMIT and for each order
 *                      NAME WORDS word.. VARIABLES name value..
 *                    deadline ROLE DEADLINE
 *                    clear ROLE
 *                    ping NUMBER
 *                    bye
 * from the guardian  ready VERSION CLOCK | refused REASON
 *                    pong NUMBER
 * </pre>
 *
 * Times are nanoseconds of the guardian's {@link System#nanoTime()}.
 */
public final class Protocol {
  /** Changes with every change of the messages. Both sides come from one library: a safety net. */
  public static final String VERSION = "1";

  /** First: who the parent is and what the guardian works with. */
  public static final String HELLO = "hello";

  /** The answer: it watches. */
  public static final String READY = "ready";

  /** The other answer: it does not, and why. It ends. */
  public static final String REFUSED = "refused";

  /** What to watch for a role, in place of what was said before. */
  public static final String DUTY = "duty";

  /** A role's new deadline; {@link Duty#NEVER} if there is none. */
  public static final String DEADLINE = "deadline";

  /** Nothing of a role is at work. */
  public static final String CLEAR = "clear";

  /** Answered by {@link #PONG} when all before it has been heeded. */
  public static final String PING = "ping";

  /** The answer to {@link #PING}, with its number. */
  public static final String PONG = "pong";

  /** The parent ends in good order, and nothing is at work. */
  public static final String BYE = "bye";

  private Protocol() {}

  /** A line, without its end. */
  public static String line(List<String> fields) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        line.append('\t');
      }
      escape(fields.get(i), line);
    }
    return line.toString();
  }

  private static void escape(String field, StringBuilder line) {
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      switch (c) {
        case '\\' -> line.append("\\\\");
        case '\t' -> line.append("\\t");
        case '\n' -> line.append("\\n");
        default -> line.append(c);
      }
    }
  }

  /** The fields of a line. */
  public static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\t') {
        fields.add(field.toString());
        field.setLength(0);
      } else if (c == '\\' && i + 1 < line.length()) {
        i++;
        char escaped = line.charAt(i);
        field.append(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
