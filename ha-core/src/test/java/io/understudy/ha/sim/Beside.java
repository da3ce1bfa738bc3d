package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.runtime.MemberCore;

/** What runs beside the election in the processes of the members. By itself it does nothing. */
interface Beside {
  /** The application asks a role's machine for something; whether and how that is passed on. */
  default void input(SimMember member, String role, Input input, MemberCore core) {
    core.input(role, input);
  }

  /** A machine has announced something. */
  default void announced(SimMember member, String role, Output output) {}

  /** The election thread has done something. */
  default void worked(SimMember member) {}

  /** A process has begun. */
  default void started(SimMember member) {}

  /** A process has ended, or was not there. */
  default void crashed(SimMember member) {}
}
