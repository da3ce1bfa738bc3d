package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import java.util.List;

/** Leads it into a planned change from db-01 to db-02, as far as wanted. */
abstract class SwitchoverWalk extends MachineWalk {
  static final long PLANNED_NANOS = 1_000_000_000;
  static final CatchUp B_CATCHES_UP = new CatchUp(B, List.of("position-1"), false, true);
  static final CatchUp A_CATCHES_UP = new CatchUp(A, List.of("position-2"), false, true);

  final DirectorMachine machine =
      new DirectorMachine(new Rules(List.of(A, B), 2, 100, true, 2, PLANNED_NANOS, 1_000));

  SwitchoverWalk() {
    begin(SERVING_A);
  }

  @Override
  final DirectorMachine machine() {
    return machine;
  }

  final void asked() {
    step(new SwitchAsked(B));
  }

  final void draining() {
    serving();
    asked();
    assertNext(new Drain());
  }

  /** The writer is withdrawn, and the director waits until everybody knows. */
  final void switching() {
    draining();
    step(new Done(new Drain()));
    assertNext(new Settle());
  }

  /** The next writer is being opened. */
  final void opening() {
    switching();
    assertNext(new Fence(A));
    assertNext(B_CATCHES_UP);
    assertNext(new Open(B));
  }
}
