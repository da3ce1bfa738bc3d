package io.understudy.ha.sim;
import io.understudy.ha.internal.election.*;
final class Mutant implements Machine {
  private final Machine m;
  Mutant(Machine m, Mutation x) { this.m = m; }
  @Override public Step start(Settings s, Boot b, long n) { return m.start(s,b,n); }
  @Override public Step step(RoleState s, Input i, long n) { return m.step(s,i,n); }
}
