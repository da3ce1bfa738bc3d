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
  private final String[] gated;
  private final String[] excluded;

  private PathRules(List<String> gated, List<String> excluded) {
    this.gated = gated.toArray(String[]::new);
    this.excluded = excluded.toArray(String[]::new);
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

  private static boolean anyCovers(String[] prefixes, MessageBytes path) {
    for (String prefix : prefixes) {
      if (covers(prefix, path)) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(String prefix, MessageBytes path) {
    if (path.getType() == MessageBytes.T_CHARS) {
      CharChunk chars = path.getCharChunk();
      return chars.startsWith(prefix)
          && (chars.getLength() == prefix.length() || chars.charAt(prefix.length()) == '/');
    }
    String text = path.toString();
    return text != null
        && text.startsWith(prefix)
        && (text.length() == prefix.length() || text.charAt(prefix.length()) == '/');
  }

  private static List<String> prefixes(String property, String list) {
    List<String> prefixes = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String prefix = entry.strip();
      if (!prefix.isEmpty()) {
        prefixes.add(withoutSlashAtEnd(checked(property, prefix)));
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
}
