package io.understudy.ha.sim;
public class Smoke {
  public static void main(String[] a) {
    boolean rec = a[0].equals("recovery");
    long from = Long.parseLong(a[1]); int n = Integer.parseInt(a[2]);
    Simulation s = rec ? Simulation.ofRecovery() : Simulation.ofSafety();
    if (n == 1) { System.out.println(s.report(from)); return; }
    java.util.Map<String, Integer> bad = new java.util.TreeMap<>();
    java.util.Map<String, Long> first = new java.util.TreeMap<>();
    for (long seed = from; seed < from + n; seed++) {
      Violation v = s.run(seed);
      if (v != null) { bad.merge(v.invariant().toString(), 1, Integer::sum); first.putIfAbsent(v.invariant().toString(), seed); }
    }
    System.out.println(s.tally().summary());
    System.out.println(bad + " first " + first);
  }
}
