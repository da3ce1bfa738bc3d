package io.understudy.ha.internal.group;

/** What a resource is asked to do. */
public enum Operation {
  /** Begin to work. */
  START,
  /** Work no longer. */
  STOP,
  /** Say whether it works. */
  CHECK
}
