package io.understudy.jdbc.internal.dialect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What SHOW GRANTS says. Pure.
 *
 * @param global privileges on everything, in upper case
 * @param schemas privileges on whole databases, as {@code SELECT ON performance_schema}
 * @param tables privileges on single tables, as {@code SELECT ON shop.orders}
 * @param roles the roles that the account was granted, quoted as the server quotes them
 */
record Grants(Set<String> global, Set<String> schemas, Set<String> tables, Set<String> roles) {
  private static final Pattern PRIVILEGES =
      Pattern.compile("GRANT (.+?) ON (?:TABLE )?(\\S+)\\.(\\S+) TO .*", Pattern.DOTALL);
  private static final Pattern ROLES = Pattern.compile("GRANT ([^ ].*?) TO .*", Pattern.DOTALL);
  private static final String ALL = "ALL PRIVILEGES";

  Grants {
    global = Set.copyOf(global);
    schemas = Set.copyOf(schemas);
    tables = Set.copyOf(tables);
    roles = Set.copyOf(roles);
  }

  static Grants parse(Collection<String> lines) {
    Set<String> global = new LinkedHashSet<>();
    Set<String> schemas = new LinkedHashSet<>();
    Set<String> tables = new LinkedHashSet<>();
    Set<String> roles = new LinkedHashSet<>();
    for (String line : lines) {
      Matcher privileges = PRIVILEGES.matcher(line);
      Matcher granted = ROLES.matcher(line);
      if (privileges.matches()) {
        String schema = bare(privileges.group(2));
        String table = bare(privileges.group(3));
        for (String privilege : names(privileges.group(1))) {
          String name = privilege.toUpperCase(Locale.ROOT);
          boolean unused =
              !table.equals("*")
                  ? tables.add(name + " ON " + schema + "." + table)
                  : schema.equals("*") ? global.add(name) : schemas.add(name + " ON " + schema);
        }
      } else if (!line.contains(" ON ") && granted.matches()) {
        roles.addAll(names(granted.group(1)));
      }
    }
    return new Grants(global, schemas, tables, roles);
  }

  /** Without quotes; databases are patterns there, in which an underscore is escaped. */
  private static String bare(String name) {
    return name.replace("`", "").replace("\\_", "_");
  }

  private static List<String> names(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).toList();
  }

  boolean has(String privilege) {
    return global.contains(privilege) || global.contains(ALL);
  }

  boolean has(String privilege, String schema) {
    return has(privilege)
        || schemas.contains(privilege + " ON " + schema)
        || schemas.contains(ALL + " ON " + schema);
  }

  /** Whether it holds a privilege on a table, given with its database. */
  boolean hasOn(String privilege, String table) {
    return has(privilege, table.substring(0, table.indexOf('.')))
        || tables.contains(privilege + " ON " + table)
        || tables.contains(ALL + " ON " + table);
  }

  /** Those of the given privileges that the account holds; ALL PRIVILEGES are told as that. */
  List<String> among(List<String> privileges) {
    return global.contains(ALL)
        ? List.of(ALL)
        : privileges.stream().filter(global::contains).toList();
  }

  /** The statements that grant what is missing, empty text if nothing is. */
  static String statements(String account, List<String> global, List<String> onSchemas) {
    List<String> statements = new ArrayList<>();
    if (!global.isEmpty()) {
      statements.add("GRANT %s ON *.* TO %s".formatted(String.join(", ", global), account));
    }
    onSchemas.forEach(it -> statements.add("GRANT %s.* TO %s".formatted(it, account)));
    return String.join("; ", statements);
  }
}
