package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Libraries that are put before a process' own, to make its system calls misbehave. */
public final class Preload {
  /**
   * Waits before it forces anything to disk, for as many seconds as a file says while it exists.
   */
  private static final String SLOW_FSYNC =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>

      static void pause_if_told(void) {
        const char *path = getenv("HA_SLOW_FSYNC");
        FILE *file = path ? fopen(path, "r") : NULL;
        unsigned seconds = 0;
        if (file) {
          if (fscanf(file, "%u", &seconds) == 1) {
            sleep(seconds);
          }
          fclose(file);
        }
      }

      int fsync(int fd) {
        int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
        pause_if_told();
        return real(fd);
      }

      int fdatasync(int fd) {
        int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
        pause_if_told();
        return real(fd);
      }
      """;

  /**
   * Adds the milliseconds in a mapped file to the wall clock. libfaketime can do it too, but reads
   * a file at each look at a clock, or looks late.
   */
  private static final String WALL_CLOCK =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>

      static int (*real_clock)(clockid_t, struct timespec *);
      static const volatile long long *offset_millis;

      __attribute__((constructor)) static void prepare(void) {
        const char *path = getenv("HA_WALL_CLOCK");
        int fd = path ? open(path, O_RDONLY) : -1;
        real_clock = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
        if (fd >= 0) {
          void *page = mmap(NULL, sizeof *offset_millis, PROT_READ, MAP_SHARED, fd, 0);
          offset_millis = page == MAP_FAILED ? NULL : page;
          close(fd);
        }
      }

      int clock_gettime(clockid_t clock, struct timespec *now) {
        if (!real_clock) {
          prepare();
        }
        int result = real_clock(clock, now);
        if (result == 0 && offset_millis
            && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
          long long millis = *offset_millis;
          now->tv_sec += millis / 1000;
          now->tv_nsec += (millis % 1000) * 1000000;
          if (now->tv_nsec >= 1000000000) {
            now->tv_nsec -= 1000000000;
            now->tv_sec++;
          } else if (now->tv_nsec < 0) {
            now->tv_nsec += 1000000000;
            now->tv_sec--;
          }
        }
        return result;
      }

      int gettimeofday(struct timeval *restrict now, void *restrict zone) {
        struct timespec exact;
        int result = clock_gettime(CLOCK_REALTIME, &exact);
        now->tv_sec = exact.tv_sec;
        now->tv_usec = exact.tv_nsec / 1000;
        return result;
      }
      """;

  private Preload() {}

  public static boolean hasCompiler() {
    return runs("gcc", "--version");
  }

  private static boolean runs(String... command) {
    try {
      Shell.run(command);
      return true;
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }

  /** What stands before a command line so that its disk is slow while the file exists. */
  public static List<String> slowFsync(Path directory, Path file) {
    Path library = compile(directory, "slow_fsync", SLOW_FSYNC);
    return List.of("env", "LD_PRELOAD=" + library, "HA_SLOW_FSYNC=" + file);
  }

  /**
   * What stands before a command line so that its wall clock is off by what the file holds, a
   * number of milliseconds; its monotonic clock is the true one. A change shows at the next look at
   * the clock.
   */
  public static List<String> wallClock(Path directory, Path file) {
    Path library = compile(directory, "wall_clock", WALL_CLOCK);
    return List.of("env", "LD_PRELOAD=" + library, "HA_WALL_CLOCK=" + file);
  }

  /** What such a clock is off by from now on: the process has mapped the file. */
  public static void setClock(Path file, long offsetMillis) {
    byte[] content =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(offsetMillis)
            .array();
    try {
      Files.write(file, content, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path compile(Path directory, String name, String text) {
    try {
      Path source = Files.writeString(directory.resolve(name + ".c"), text);
      Path library = directory.resolve(name + ".so");
      Shell.run("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
