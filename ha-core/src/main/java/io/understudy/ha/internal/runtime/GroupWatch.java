package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.group.GroupState;
import java.io.IOException;

/** Who watches a group from outside, as the group sees it. */
interface GroupWatch {
  /** Nobody does. */
  GroupWatch NONE =
      new GroupWatch() {
        @Override
        public void changed(GroupState state, long haltAtNanos) {}

        @Override
        public void awaitReady() {}

        @Override
        public String objection() {
          return "";
        }
      };

  /**
   * What is at work, or the time at which the process must end, may have changed. Election thread;
   * returns at once.
   *
   * @param state of the group
   * @param haltAtNanos when the process must end; {@code GroupStep.NEVER} if nothing is at work
   */
  void changed(GroupState state, long haltAtNanos);

  /**
   * Waits until a start may begin: who watches has been told of it, and of a time at which the
   * process must end. The group's thread.
   *
   * @throws IOException if nobody watches who must
   * @throws InterruptedException if the start is not wanted any more
   */
  void awaitReady() throws IOException, InterruptedException;

  /** Why nothing of the group should be started; empty if it may, or is at work. Any thread. */
  String objection();
}
