package io.understudy.ha.sim;
public class Smoke2 {
  public static void main(String[] a) {
    int n = Integer.parseInt(a[0]);
    for (Bug b : Bug.values()) {
      if (a.length > 1 && !b.name().equals(a[1])) continue;
      Simulation s = Simulation.ofMutant(b);
      java.util.Map<String, Integer> bad = new java.util.TreeMap<>();
      int found = 0; long first = -1; 
      long t = System.nanoTime();
      for (long seed = 1; seed <= n; seed++) {
        Violation v = s.run(seed);
        if (v != null) { if (first < 0) first = seed; found++; bad.merge(v.invariant().toString(), 1, Integer::sum); }
        if (found >= 20) break;
      }
      System.out.printf("%-34s first %6d, %d of %d, %s, %.1f s%n", b, first, found, s.tally().seeds, bad, (System.nanoTime() - t) / 1e9);
    }
  }
}
