package io.understudy.samples.gameday;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds whole game days, in a process of their own as users do. */
@Tag("fault")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GameDayTest {
  private static final Pattern STARTED = Pattern.compile("process (\\d+)");

  @TempDir private Path directory;
  private final List<Long> started = new ArrayList<>();
  private @Nullable Process game;

  @BeforeEach
  void requireSupport() {
    assumeTrue(
        DatabasePair.unsupportedReason().isEmpty(),
        () -> DatabasePair.unsupportedReason().orElse(""));
  }

  @AfterEach
  void end() {
    if (game != null) {
      game.destroyForcibly();
    }
    // Each of these was started by the game that this test started.
    started.stream()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(ProcessHandle::destroyForcibly);
  }

  private Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dgameday.directory=" + directory);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    game = process;
    return process;
  }

  /** Reads until a line contains the text, or to the end. */
  private String readUntil(BufferedReader output, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      read.append(line).append('\n');
      Matcher matcher = STARTED.matcher(line);
      while (matcher.find()) {
        started.add(Long.valueOf(matcher.group(1)));
      }
      if (line.contains(text)) {
        break;
      }
    }
    return read.toString();
  }

  private void assertNothingIsLeft() {
    assertTrue(started.size() >= 5, () -> "two servers and three applications: " + started);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> started.stream().noneMatch(GameDayTest::lives));
  }

  /** A process that ended and that nobody has asked about is no more than an entry in a table. */
  private static boolean lives(long pid) {
    try {
      return !Files.readString(Path.of("/proc", Long.toString(pid), "stat")).contains(") Z ");
    } catch (IOException e) {
      return false; // there is no such process
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mysql", "mariadb"})
  void aWholeGameDayEndsWithAReport(String database) throws Exception {
    Path report = directory.resolve("report.json");
    Process process = start("--db", database, "--report", report.toString());
    String output;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      output = readUntil(lines, "never printed");
    }
    assertEquals(0, process.waitFor(), output);
    String json = Files.readString(report);
    assertTrue(json.contains("\"ok\": true"), json);
    for (String fault : List.of("leader-killed", "writer-killed", "leader-frozen")) {
      Matcher matcher = faultIn(json, fault);
      assertTrue(matcher.find(), () -> fault + " in " + json);
      assertTrue(Long.parseLong(matcher.group("acknowledged")) > 0, json);
      assertEquals("0", matcher.group("duplicates"), json);
      assertEquals("0", matcher.group("leaders"), json);
    }
    assertNothingIsLeft();
  }

  private static Matcher faultIn(String json, String name) {
    return Pattern.compile(
            "\\{\"name\": \"%s\", \"seconds_without_service\": [0-9.]+, ".formatted(name)
                + "\"answered\": \\d+, \"failed\": \\d+, \"acknowledged\": (?<acknowledged>\\d+), "
                + "\"missing_on_survivor\": \\d+, \"duplicate_ids\": (?<duplicates>\\d+), "
                + "\"two_leaders\": (?<leaders>\\d+)}")
        .matcher(json);
  }

  @Test
  void aSignalEndsEverything() throws Exception {
    Process process = start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      readUntil(lines, "places orders from now on");
      process.toHandle().destroy(); // SIGTERM; unlike that of Process, it leaves the streams open
      String last = readUntil(lines, "never printed");
      assertTrue(last.contains("interrupted"), last);
    }
    assertNotEquals(0, process.waitFor());
    assertNothingIsLeft();
  }

  @Test
  void aWrongOptionIsToldInOneLine() throws Exception {
    Process process = start("--db", "oracle");
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals("game day: --db is 'oracle'; mysql or mariadb is wanted\n", output);
    assertEquals(2, process.waitFor());
  }
}
