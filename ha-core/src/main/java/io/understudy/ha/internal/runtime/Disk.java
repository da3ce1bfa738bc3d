package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.internal.facts.Maintenance;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state directory as the election uses it: whoever watches sees when something is being stored,
 * what takes long is told, and what fails is explained.
 */
final class Disk {
  private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

  private final io.understudy.ha.internal.runtime.FileStore store;
  private final Path directory;
  private final Activity activity;
  private final EventBus events;
  private final long slowNanos;
  private final DiskProbe probe;

  /**
   * Makes one.
   *
   * @param store the open directory
   * @param config says where that is
   * @param activity of the election thread
   * @param events are told when storing takes long
   * @param slowNanos what is long
   */
  Disk(
      io.understudy.ha.internal.runtime.FileStore store,
      HaConfig config,
      Activity activity,
      EventBus events,
      long slowNanos) {
    this.directory = config.stateDirectory();
    this.probe = new DiskProbe(config.member().value(), this::probe, events);
    this.store = store;
    this.activity = activity;
    this.events = events;
    this.slowNanos = slowNanos;
  }

  /**
   * Makes the record durable.
   *
   * @throws IOException if it is not known to be; the message says what to do
   */
  void save(MemberRecord changed) throws IOException {
    Activity.Doing before = activity.enter("storing state in " + directory);
    long beganNanos = System.nanoTime();
    try {
      store.save(changed);
    } catch (IOException e) {
      throw new IOException(explain(e), e);
    } finally {
      activity.back(before);
      tellIfSlow(System.nanoTime() - beganNanos);
    }
  }

  /**
   * Makes a word on maintenance durable. Not for the election thread.
   *
   * @throws IOException if it is not known to be; the message says what to do
   */
  void saveMaintenance(Maintenance word) throws IOException {
    try {
      store.saveMaintenance(word);
    } catch (IOException e) {
      throw new IOException(explain(e), e);
    }
  }

  private void probe() throws IOException {
    long beganNanos = System.nanoTime();
    try {
      store.probe();
    } catch (IOException e) {
      throw new IOException(explain(e), e);
    } finally {
      tellIfSlow(System.nanoTime() - beganNanos);
    }
  }

  void startProbing() {
    probe.start();
  }

  void stopProbing() {
    probe.close();
  }

  /** What is wrong with it though nothing has been stored yet; empty if nothing is. */
  String warning() {
    return probe.warning();
  }

  private void tellIfSlow(long tookNanos) {
    if (tookNanos > slowNanos) {
      events.publish(
          new HaEvent.StoringSlow(
              Instant.now(), Duration.ofNanos(tookNanos), directory.toString()));
      LOG.warn(
          "writing to {} took {} ms: the disk is slow; while state is stored the election waits",
          directory,
          TimeUnit.NANOSECONDS.toMillis(tookNanos));
    }
  }

  /** What failed, with numbers, and what to do. */
  private String explain(IOException failure) {
    if (!Files.isDirectory(directory)) {
      return directory + " is gone: mount it or put it back (" + failure + ")";
    }
    try {
      FileStore fileSystem = Files.getFileStore(directory);
      boolean readOnly =
          fileSystem.isReadOnly() || String.valueOf(failure.getMessage()).contains("Read-only");
      String advice = readOnly ? "remount it writable" : "make room or mend it";
      return String.format(
          "%s (%d of %d bytes free on %s; %s)",
          failure, fileSystem.getUsableSpace(), fileSystem.getTotalSpace(), fileSystem, advice);
    } catch (IOException e) {
      return failure + (e instanceof NoSuchFileException ? " (and the directory went away)" : "");
    }
  }
}
