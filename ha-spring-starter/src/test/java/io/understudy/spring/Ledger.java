package io.understudy.spring;

/** Where the example of the README writes. */
interface Ledger {
  void charge(long epoch);
}
