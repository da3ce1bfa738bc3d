package io.understudy.ha.sim;
public class Smoke3 {
  public static void main(String[] a) {
    int n = Integer.parseInt(a[0]); int shown = 0;
    for (long seed = 1; seed <= n && shown < Integer.parseInt(a[2]); seed++) {
      String r = Simulation.ofMutant(Bug.valueOf(a[1])).report(seed);
      if (r.contains("is to forget") && r.contains("disk lost")) { System.out.println(r); shown++; }
    }
  }
}
