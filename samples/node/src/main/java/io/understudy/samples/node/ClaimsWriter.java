package io.understudy.samples.node;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Role;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down, about every millisecond, that this member believes to lead: {@code node role epoch
 * before after}, where the two times are {@link System#nanoTime()} around one check that said yes.
 * At some instant between them the lease was valid, so two members' claims prove an overlap (see
 * {@link ClaimsOverlap}) without trust in anything that the members say about each other.
 */
final class ClaimsWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimsWriter.class);
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final OutputStream file;
  private final Thread thread;
  private volatile List<Role> roles = List.of();
  private volatile boolean closed;

  private ClaimsWriter(OutputStream file, MemberId member) {
    this.file = file;
    this.thread = new Thread(() -> run(member), "claims");
    thread.setDaemon(true);
  }

  /** Opens the file for appending. */
  static ClaimsWriter open(Path file, String member) throws ArgumentException {
    try {
      OutputStream out = new FileOutputStream(file.toFile(), true);
      return new ClaimsWriter(out, MemberId.of(member));
    } catch (IOException e) {
      throw new ArgumentException(
          Option.CLAIMS + " cannot be written (" + e.getMessage() + "); give a writable file");
    }
  }

  void start(List<Role> watched) {
    roles = List.copyOf(watched);
    thread.start();
  }

  private void run(MemberId member) {
    try {
      long nextNanos = System.nanoTime();
      while (!closed) {
        for (Role role : roles) {
          claim(member, role);
        }
        // Late claims are not made up for: after a pause one is enough.
        nextNanos += INTERVAL_NANOS;
        long leftNanos = nextNanos - System.nanoTime();
        if (leftNanos > 0) {
          LockSupport.parkNanos(this, leftNanos);
        } else {
          nextNanos -= leftNanos;
        }
      }
    } catch (IOException e) {
      LOG.error("The claims file cannot be written any more; no more claims follow", e);
    }
  }

  private void claim(MemberId member, Role role) throws IOException {
    Optional<Leadership> held = role.leadership();
    if (held.isEmpty()) {
      return;
    }
    Leadership leadership = held.get();
    long beforeNanos = System.nanoTime();
    boolean valid = leadership.isValid();
    long afterNanos = System.nanoTime();
    if (valid) {
      String line =
          String.join(
              " ",
              member.value(),
              role.name(),
              Long.toString(leadership.epoch()),
              Long.toString(beforeNanos),
              Long.toString(afterNanos));
      file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
