package io.understudy.jdbc.internal.routing;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the other members say of the masters: only those that are seen, and that said it lately. Who
 * does not look (a witness, a member without the data source, an older version) is not in it and is
 * not counted.
 *
 * @param others by member, by master
 * @param unheard how many more are seen that may still begin to say something; until they do, they
 *     count as reaching every master
 * @param own by master, what this member saw by a look like theirs, as far as it has looked
 */
public record Sightings(
    Map<String, Map<String, Sight>> others, int unheard, Map<String, Sight> own) {
  /** Nobody says anything. */
  public static final Sightings NONE = new Sightings(Map.of());

  /** Nobody else is waited for. */
  public Sightings(Map<String, Map<String, Sight>> others) {
    this(others, 0);
  }

  /** What this member itself sees is not known. */
  public Sightings(Map<String, Map<String, Sight>> others, int unheard) {
    this(others, unheard, Map.of());
  }

  /** Copies, sorted. */
  public Sightings {
    Map<String, Map<String, Sight>> copy = new TreeMap<>();
    others.forEach((member, sights) -> copy.put(member, Map.copyOf(sights)));
    others = Collections.unmodifiableMap(copy);
    own = Map.copyOf(own);
  }

  /**
   * Whether a strict majority takes a master for gone, of those who say anything of it and the one
   * who asks, who does.
   */
  boolean agree(String master, int enough) {
    int looking = looking(master);
    int gone = gone(master, enough);
    return 2 * gone > looking;
  }

  /** How many say that it is gone, with the one who asks. */
  int gone(String master, int enough) {
    return looking(master) - unheard - reachedBy(master, enough).size();
  }

  /**
   * Whether a strict majority finds that a master cannot write because its disk is full, of those
   * who say anything of it and the one who asks, who does. Whoever does not reach it at all does
   * not speak against that.
   */
  boolean agreeFull(String master, int enough) {
    int looking = looking(master);
    return 2 * full(master, enough) > looking;
  }

  /** How many do not find that it can write, with the one who asks. */
  int full(String master, int enough) {
    return looking(master) - unheard - writableFor(master, enough).size();
  }

  /** Who says that it is there, and that its disk is not full. */
  List<String> writableFor(String master, int enough) {
    return reachedBy(master, enough).stream()
        .filter(
            it -> {
              Sight sight = others.getOrDefault(it, Map.of()).get(master);
              return sight != null && !sight.isFull(enough);
            })
        .toList();
  }

  /** How many say anything of it or may yet, with the one who asks. */
  int looking(String master) {
    return 1
        + unheard
        + (int) others.values().stream().filter(it -> it.containsKey(master)).count();
  }

  /** Who says that it is there. */
  List<String> reachedBy(String master, int enough) {
    return others.entrySet().stream()
        .filter(it -> it.getValue().containsKey(master))
        .filter(it -> reaches(it.getValue(), master, enough))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean reaches(Map<String, Sight> sights, String master, int enough) {
    Sight sight = sights.get(master);
    return sight != null && !sight.isGone(enough);
  }

  /**
   * How well a member could direct: first whether it reaches the master that matters most, then how
   * many it reaches.
   */
  int rank(String member, String first, int enough) {
    return rank(others.getOrDefault(member, Map.of()), first, enough);
  }

  /** The same of this member, by the same kind of look. */
  int ownRank(String first, int enough) {
    return rank(own, first, enough);
  }

  private static int rank(Map<String, Sight> sights, String first, int enough) {
    int reached = (int) sights.keySet().stream().filter(it -> reaches(sights, it, enough)).count();
    return rank(reaches(sights, first, enough), reached);
  }

  static int rank(boolean reachesFirst, int reached) {
    return (reachesFirst ? 1_000 : 0) + reached;
  }
}
