package io.understudy.tomcat;

import io.understudy.ha.LeaderInfo;
import java.util.Locale;
import java.util.Optional;

/** Writes JSON in ASCII, so that characters and bytes count the same. */
final class Json {
  private final StringBuilder text = new StringBuilder(256);

  /** Whether the next member or element needs no comma before it. */
  private boolean first = true;

  static Json object() {
    return new Json().begin('{');
  }

  Json field(String name, String value) {
    name(name).quote(value);
    return this;
  }

  Json field(String name, boolean value) {
    name(name).text.append(value);
    return this;
  }

  Json field(String name, long value) {
    name(name).text.append(value);
    return this;
  }

  /** Null if nobody is known to lead. */
  Json leader(Optional<LeaderInfo> leader) {
    name("leader");
    if (leader.isEmpty()) {
      text.append("null");
      return this;
    }
    return begin('{')
        .field("member", leader.get().member().value())
        .field("epoch", leader.get().epoch())
        .end('}');
  }

  Json array(String name) {
    return name(name).begin('[');
  }

  Json element() {
    separate();
    return begin('{');
  }

  Json element(String value) {
    separate();
    return quote(value);
  }

  Json end(char bracket) {
    text.append(bracket);
    first = false;
    return this;
  }

  /** Closes the outermost object. */
  String done() {
    return end('}').text.append('\n').toString();
  }

  private Json begin(char bracket) {
    text.append(bracket);
    first = true;
    return this;
  }

  private Json name(String name) {
    separate();
    quote(name);
    text.append(':');
    return this;
  }

  private void separate() {
    if (!first) {
      text.append(',');
    }
    first = false;
  }

  private Json quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
    return this;
  }
}
