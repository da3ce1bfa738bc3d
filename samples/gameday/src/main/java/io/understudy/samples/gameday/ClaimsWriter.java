package io.understudy.samples.gameday;

import io.understudy.ha.Leadership;
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
 * Writes down, about every two milliseconds, that this member believes to lead. The two times of a
 * {@link Claim} are read around one check that said yes, so that {@link LeaderClaims} can judge the
 * members without trusting what they say about each other.
 */
final class ClaimsWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimsWriter.class);
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final String member;
  private final List<Role> roles;
  private final Path file;

  private ClaimsWriter(String member, List<Role> roles, Path file) {
    this.member = member;
    this.roles = List.copyOf(roles);
    this.file = file;
  }

  /** Appends to the file until the process ends. */
  static void start(String member, List<Role> roles, Path file) {
    Thread thread = new Thread(new ClaimsWriter(member, roles, file)::run, "claims");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (OutputStream out = new FileOutputStream(file.toFile(), true)) {
      while (true) {
        for (Role role : roles) {
          claim(role, out);
        }
        LockSupport.parkNanos(this, INTERVAL_NANOS);
      }
    } catch (IOException e) {
      LOG.error("the claims file cannot be written any more, so no claims follow", e);
    }
  }

  private void claim(Role role, OutputStream out) throws IOException {
    Optional<Leadership> held = role.leadership();
    if (held.isPresent()) {
      long epoch = held.get().epoch();
      long beforeNanos = System.nanoTime();
      boolean valid = held.get().isValid();
      long afterNanos = System.nanoTime();
      if (valid) {
        Claim claim = new Claim(member, role.name(), epoch, beforeNanos, afterNanos);
        out.write((claim.line() + "\n").getBytes(StandardCharsets.UTF_8)); // one write, one line
      }
    }
  }
}
