package io.understudy.jdbc.internal.connection;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RegisterView;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.AssignmentCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A register whose view a test sets by hand, to the moment. */
final class HandRegister implements RoleRegister {
  static final String WRITER = "db-01";

  private volatile RegisterView view = RegisterView.UNKNOWN;
  private volatile RegisterVersion done = RegisterVersion.NONE;
  private long seq;

  static Assignment serving(long generation) {
    return serving(generation, WRITER);
  }

  static Assignment serving(long generation, String writer) {
    return new Assignment(generation, Phase.SERVING, writer, "", "", 1, "test", List.of());
  }

  void commit(Assignment assignment) {
    commit(AssignmentCodec.encode(assignment));
  }

  void commit(byte[] bytes) {
    RegisterVersion version = new RegisterVersion(1, ++seq);
    view = new RegisterView(new RegisterValue(version, bytes), 0, 0, false);
  }

  void permit(Duration length) {
    view =
        new RegisterView(
            view.value(),
            System.nanoTime() + length.toNanos(),
            System.currentTimeMillis() + length.toMillis(),
            true);
  }

  void takeBack() {
    view = new RegisterView(view.value(), 0, 0, false);
  }

  @Override
  public RegisterView view() {
    return view;
  }

  @Override
  public CompletionStage<RegisterVersion> write(Leadership leadership, byte[] value) {
    throw new UnsupportedOperationException("written by hand");
  }

  @Override
  public CompletionStage<RegisterVersion> settled(Leadership leadership, RegisterVersion version) {
    throw new UnsupportedOperationException("written by hand");
  }

  @Override
  public void done(RegisterVersion version) {
    done = version;
  }

  @Override
  public Map<MemberId, RegisterVersion> doneBy() {
    return Map.of(MemberId.of("n1"), done);
  }

  @Override
  public void tell(byte[] statement) {}

  @Override
  public Map<MemberId, Told> told() {
    return Map.of();
  }

  @Override
  public Subscription whenTold(Runnable listener) {
    return () -> {};
  }
}
