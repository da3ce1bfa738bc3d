package io.understudy.tomcat;

import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.util.buf.CharChunk;
import org.apache.tomcat.util.buf.MessageBytes;

/**
 * Which paths are gated. A prefix covers whole segments: {@code /api} covers {@code /api} and
 * {@code /api/orders}, not {@code /apiary}. Paths come decoded and normalised from Tomcat.
 */
final class PathRules {
  private final Prefix[] gated;
  private final Prefix[] excluded;

  private PathRules(List<Prefix> gated, List<Prefix> excluded) {
    this.gated = gated.toArray(Prefix[]::new);
    this.excluded = excluded.toArray(Prefix[]::new);
  }

  /**
   * Reads two comma-separated lists of prefixes.
   *
   * @throws IllegalArgumentException if a prefix has another form
   */
  static PathRules parse(String gated, String excluded) {
    return new PathRules(prefixes("gatedPaths", gated), prefixes("excludedPaths", excluded));
  }

  /** Whether requests to this path need the gate open. No gated prefix means all of them. */
  boolean gates(MessageBytes path) {
    return (gated.length == 0 || anyCovers(gated, path)) && !anyCovers(excluded, path);
  }

  private static boolean anyCovers(Prefix[] prefixes, MessageBytes path) {
    for (Prefix prefix : prefixes) {
      if (prefix.covers(path)) {
        return true;
      }
    }
    return false;
  }

  private static List<Prefix> prefixes(String property, String list) {
    List<Prefix> prefixes = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String prefix = entry.strip();
      if (!prefix.isEmpty()) {
        prefixes.add(new Prefix(withoutSlashAtEnd(checked(property, prefix))));
      }
    }
    return prefixes;
  }

  /**
   * Checks the form of a path that was configured.
   *
   * @throws IllegalArgumentException if it has another form
   */
  static String checked(String property, String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          property + " has '" + path + "', which does not begin with /");
    }
    if (path.contains("*") || path.contains("?") || path.contains("%")) {
      throw new IllegalArgumentException(
          property + " has '" + path + "'; give decoded path prefixes without patterns or queries");
    }
    return path;
  }

  private static String withoutSlashAtEnd(String prefix) {
    return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }

  /** One prefix, in both forms in which Tomcat may hold a path. */
  private static final class Prefix {
    private final String text;
    private final char[] chars;

    Prefix(String text) {
      this.text = text;
      this.chars = text.toCharArray();
    }

    boolean covers(MessageBytes path) {
      if (path.getType() == MessageBytes.T_CHARS) {
        CharChunk chunk = path.getCharChunk();
        return covers(chunk.getBuffer(), chunk.getStart(), chunk.getEnd());
      }
      String whole = path.toString();
      return whole != null
          && whole.startsWith(text)
          && (whole.length() == text.length() || whole.charAt(text.length()) == '/');
    }

    /** Looks at the end of the segment first: there most paths differ. */
    private boolean covers(char[] buffer, int start, int end) {
      int last = start + chars.length;
      if (last > end || (last < end && buffer[last] != '/')) {
        return false;
      }
      for (int i = chars.length - 1; i >= 0; i--) {
        if (buffer[start + i] != chars[i]) {
          return false;
        }
      }
      return true;
    }
  }
}
