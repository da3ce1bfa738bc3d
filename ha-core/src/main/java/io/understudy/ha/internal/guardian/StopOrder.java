package io.understudy.ha.internal.guardian;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to stop a resource that outlives the JVM.
 *
 * @param name the resource's name
 * @param words the program and its arguments
 * @param environment added to the guardian's own
 */
public record StopOrder(String name, List<String> words, Map<String, String> environment) {
  /** Copies. */
  public StopOrder {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  void writeTo(List<String> fields) {
    fields.add(name);
    fields.add(Integer.toString(words.size()));
    fields.addAll(words);
    fields.add(Integer.toString(environment.size()));
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      fields.add(variable.getKey());
      fields.add(variable.getValue());
    }
  }

  static StopOrder readFrom(Iterator<String> fields) {
    String name = fields.next();
    List<String> words = new ArrayList<>();
    for (int left = Integer.parseInt(fields.next()); left > 0; left--) {
      words.add(fields.next());
    }
    Map<String, String> environment = new TreeMap<>();
    for (int left = Integer.parseInt(fields.next()); left > 0; left--) {
      environment.put(fields.next(), fields.next());
    }
    return new StopOrder(name, words, environment);
  }
}
