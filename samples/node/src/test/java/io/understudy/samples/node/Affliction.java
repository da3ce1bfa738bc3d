package io.understudy.samples.node;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can befall a running JVM from inside, as an agent that is loaded into it. */
public final class Affliction {
  static final String THRASHING = "thrashing";
  static final String DEADLOCK = "deadlock";
  private static final String WORKING = "working:";
  private static final int THREADS = 4;
  private static final int PIECE = 256;
  private static final long MOMENT_NANOS = 100_000;

  private Affliction() {}

  /** Loads the agent into a process: this class alone, so it names no other of the tests. */
  static void befall(long pid, String what, Path directory) {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        machine.loadAgent(jar(directory).toString(), what);
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      // A JVM that thrashes may not come to its answer any more.
      if (!what.equals(THRASHING)) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Has a thread of that process work without looking whether it may: a line for each moment. */
  static void work(long pid, Path lines, Path directory) {
    befall(pid, WORKING + lines, directory);
  }

  private static Path jar(Path directory) throws IOException {
    Path jar = directory.resolve("affliction.jar");
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(new Attributes.Name("Agent-Class"), Affliction.class.getName());
    String name = Affliction.class.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(out, manifest);
        InputStream in = Affliction.class.getResourceAsStream("Affliction.class")) {
      classes.putNextEntry(new JarEntry(name));
      in.transferTo(classes);
    }
    return jar;
  }

  /** Called by the JVM that it befalls; returns when it has begun. */
  public static void agentmain(String what, Instrumentation instrumentation)
      throws ReflectiveOperationException, InterruptedException {
    if (what.equals(DEADLOCK)) {
      deadlock(haltLock(instrumentation), logLock());
    } else if (what.startsWith(WORKING)) {
      Path lines = Path.of(what.substring(WORKING.length()));
      begin(() -> work(lines));
    } else {
      for (int i = 0; i < THREADS; i++) {
        begin(Affliction::hoard);
      }
    }
  }

  private static void begin(Runnable what) {
    Thread thread = new Thread(what, "affliction");
    thread.setDaemon(true);
    thread.start();
  }

  /** What the kernel has taken is there after the death of the process, too. */
  private static void work(Path lines) {
    try (OutputStream out = Files.newOutputStream(lines)) {
      while (true) {
        out.write((System.nanoTime() + "\n").getBytes(StandardCharsets.US_ASCII));
        LockSupport.parkNanos(MOMENT_NANOS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The heap is full and stays so: little but garbage collection goes on. */
  private static void hoard() {
    Deque<byte[]> hoard = new ArrayDeque<>();
    while (true) {
      try {
        hoard.add(new byte[PIECE]);
      } catch (OutOfMemoryError e) {
        hoard.poll(); // room for one more, and for the next collection
      }
    }
  }

  /**
   * Two threads wait for each other's lock for ever. Whoever logs hangs with them, and so does
   * whoever wants to end this JVM from inside, by {@code Runtime.halt} too.
   */
  private static void deadlock(Object halt, ReentrantLock log) throws InterruptedException {
    CountDownLatch both = new CountDownLatch(2);
    begin(
        () -> {
          synchronized (halt) {
            awaitBoth(both);
            log.lock();
          }
        });
    begin(
        () -> {
          log.lock();
          awaitBoth(both);
          synchronized (halt) {
            log.unlock();
          }
        });
    both.await();
  }

  private static void awaitBoth(CountDownLatch both) {
    both.countDown();
    try {
      both.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Object haltLock(Instrumentation instrumentation)
      throws ReflectiveOperationException {
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(Affliction.class.getModule())),
        Set.of(),
        Map.of());
    Field lock = Class.forName("java.lang.Shutdown").getDeclaredField("haltLock");
    lock.setAccessible(true);
    return lock.get(null);
  }

  /** What every appender of the log to a stream takes. */
  private static ReentrantLock logLock() throws ReflectiveOperationException {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Iterator<Appender<ILoggingEvent>> appenders =
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    Field lock = OutputStreamAppender.class.getDeclaredField("streamWriteLock");
    lock.setAccessible(true);
    return (ReentrantLock) lock.get(appenders.next());
  }
}
