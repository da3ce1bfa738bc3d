package io.understudy.samples.orders;

import io.understudy.samples.node.ArgumentException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where one master is.
 *
 * @param name its name
 * @param database the database's name
 * @param url with the database
 * @param serverUrl without it: the manager's account need not see it
 */
record MasterUrl(String name, String database, String url, String serverUrl) {
  private static final Pattern URL =
      Pattern.compile("(jdbc:(?:mysql|mariadb)://[^/,?]+/)([^?]+)(.*)");

  /** Reads {@code db-01=jdbc:mysql://host:port/database?parameters}. */
  static MasterUrl parse(String text) throws ArgumentException {
    int equals = text.indexOf('=');
    String url = text.substring(equals + 1);
    Matcher matcher = URL.matcher(url);
    if (equals < 1 || !matcher.matches()) {
      throw new ArgumentException(
          "%s is '%s'; give NAME=jdbc:mysql://host:port/database or NAME=jdbc:mariadb://..., one server"
              .formatted(OrderOption.MASTER, text));
    }
    String server = matcher.group(1) + matcher.group(3);
    return new MasterUrl(text.substring(0, equals), matcher.group(2), url, server);
  }
}
