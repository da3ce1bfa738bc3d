package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One life of one member as a real process, its output in files that outlive it. */
public final class NodeProcess implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private static final Duration HTTP_LIMIT = Duration.ofSeconds(8);

  private final String name;
  private final String httpAddress;
  private final Path outFile;
  private final Path errFile;
  private final Process process;

  public NodeProcess(
      String name, String httpAddress, List<String> command, Path outFile, Path errFile) {
    this.name = name;
    this.httpAddress = httpAddress;
    this.outFile = outFile;
    this.errFile = errFile;
    try {
      this.process =
          new ProcessBuilder(command)
              .redirectOutput(outFile.toFile())
              .redirectError(errFile.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The complete lines printed so far. */
  public List<Event> events() {
    String text = read(outFile);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Event::parse).toList();
  }

  public Optional<Event> last(Predicate<Event> wanted) {
    return events().stream().filter(wanted).reduce((earlier, later) -> later);
  }

  public long count(String event) {
    return events().stream().filter(e -> e.is(event)).count();
  }

  /** The election that has not been revoked, if any, by what the process printed. */
  public Optional<Event> leadership() {
    return last(e -> e.isOfMain("elected") || e.isOfMain("revoked")).filter(e -> e.is("elected"));
  }

  /** What this member last heard of the leader of the role main. */
  public String knownLeader() {
    return last(e -> e.isOfMain("leader")).map(e -> e.text("leader")).orElse("null");
  }

  /** Whether the last that it said of the role main is that this leadership stands. */
  public boolean follows(Cluster.Reign reign) {
    return last(e -> e.isOfMain("leader"))
        .filter(e -> reign.node().name().equals(e.text("leader")))
        .filter(e -> e.number("epoch") == reign.epoch())
        .isPresent();
  }

  public List<String> errorLines() {
    return read(errFile).lines().filter(line -> !line.isBlank()).toList();
  }

  public Path errFile() {
    return errFile;
  }

  /** SIGKILL; returns once the process is gone. */
  public void kill() {
    process.destroyForcibly();
    exitStatus(Duration.ofSeconds(10));
  }

  /** SIGTERM, without waiting for what comes of it. */
  public void terminate() {
    process.destroy();
  }

  /** Sends a signal by its name, for example STOP. */
  public void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid()).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + signal + " " + pid() + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the end of the process. */
  public int exitStatus(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            name + " (process " + pid() + ") did not end within " + limit.toMillis() + " ms");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public HttpResponse<String> get(String pathAndQuery) {
    return http("GET", pathAndQuery);
  }

  public HttpResponse<String> post(String pathAndQuery) {
    return http("POST", pathAndQuery);
  }

  /** The status page as JSON. */
  public Map<String, @Nullable Object> status() {
    return JsonReader.readObject(get("/ha/status").body());
  }

  private HttpResponse<String> http(String method, String pathAndQuery) {
    URI uri = URI.create("http://" + httpAddress + pathAndQuery);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(HTTP_LIMIT)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process however it stands; SIGKILL works on a stopped process too. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    return name + " (process " + pid() + (isAlive() ? ")" : ", ended)");
  }
}
