package io.understudy.jdbc.internal.witness;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges a JDBC URL: it must name one server. A driver that moves to another one by itself would
 * let two servers vote under one name.
 */
public final class WitnessUrl {
  private static final Pattern FORM = Pattern.compile("jdbc:(mysql|mariadb|postgresql):(.*)");

  /** What makes a driver try another server, or connect again without telling. */
  private static final List<String> MOVING =
      List.of(
          "autoreconnect",
          "autoreconnectforpools",
          "failoverreadonly",
          "targetservertype",
          "loadbalancehosts",
          "loadbalancestrategy",
          "hostrecheckseconds",
          "transactionreplay",
          "allowmasterdownconnections",
          "allowsourcedownconnections");

  private WitnessUrl() {}

  /** What is wrong with the URL, a sentence with what to do; empty if it is good. */
  public static Optional<String> faultOf(String url) {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      return Optional.of(
          fault(
              url,
              "is no URL of MySQL, MariaDB or PostgreSQL; jdbc:mysql://host:3306/schema or"
                  + " the like is wanted"));
    }
    String rest = form.group(2);
    if (!rest.startsWith("//")) {
      return Optional.of(
          fault(
              url,
              "has the mode '"
                  + rest.substring(0, Math.max(0, rest.indexOf("//")))
                  + "'; a witness is one server: leave it out"));
    }
    String hosts = rest.substring(2).split("[/?]", 2)[0];
    if (hosts.contains(",") || hosts.contains("(")) {
      return Optional.of(
          fault(
              url,
              "names more than one server ("
                  + hosts
                  + "); a witness is one server, give"
                  + " one host and port"));
    }
    int query = rest.indexOf('?');
    return query < 0 ? Optional.empty() : faultOfParameters(url, rest.substring(query + 1));
  }

  private static Optional<String> faultOfParameters(String url, String query) {
    for (String parameter : query.split("&", -1)) {
      String[] parts = parameter.split("=", 2);
      String name = parts[0].toLowerCase(Locale.ROOT);
      String value = parts.length < 2 ? "" : parts[1].toLowerCase(Locale.ROOT);
      boolean harmless = value.equals("false") || value.equals("any") || value.equals("0");
      if (MOVING.contains(name) && !harmless) {
        return Optional.of(
            fault(
                url,
                "has '"
                    + parameter
                    + "': the driver may then move to another server or"
                    + " another connection by itself, and two servers would vote under one name; leave"
                    + " it out"));
      }
    }
    return Optional.empty();
  }

  private static String fault(String url, String what) {
    return "the witness' URL " + withoutParameters(url) + " " + what;
  }

  /** Parameters may hold a password. */
  static String withoutParameters(String url) {
    return url.split("\\?", 2)[0];
  }
}
