package io.understudy.samples.dbpair;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two real servers that replicate to each other: {@code db-01} issues odd ids, {@code db-02} even
 * ones, unless told otherwise. Both have an empty database {@code appdb} and the {@link Account}s.
 *
 * <pre>{@code
 * try (DatabasePair pair = DatabasePair.builder(Flavor.MYSQL).start()) {
 *   String url = pair.a().jdbcUrl("appdb");
 *   pair.a().kill9();
 *   pair.a().restart(StartOption.READ_ONLY);
 *   pair.awaitReplicated(pair.b(), pair.a(), Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>The first start on a machine unpacks the server and initialises a data directory (about 5 s);
 * all later ones copy it (1 to 2 s). Both are kept below {@code java.io.tmpdir}, or where {@code
 * -Ddbpair.cache} says.
 *
 * <p>{@link #close} ends both processes and deletes their files. Servers whose JVM was killed end
 * with it where the machine has {@code setpriv}; what is left of them is removed when the next pair
 * of the same user starts. Safe for use by several threads.
 */
public final class DatabasePair implements AutoCloseable {
  /** Stands for {@code db-01} or {@code db-02} in an option. */
  public static final String SERVER_NAME = "{server}";

  private static final Path LOADER = Path.of("/lib64/ld-linux-x86-64.so.2");

  private final DatabaseServer a;
  private final DatabaseServer b;
  private final PairResources resources;

  DatabasePair(DatabaseServer a, DatabaseServer b, PairResources resources) {
    this.a = a;
    this.b = b;
    this.resources = resources;
  }

  /** A builder with the defaults of each setting. */
  public static Builder builder(Flavor flavor) {
    return new Builder(requireNonNull(flavor, "flavor"));
  }

  /** Why this machine cannot run the servers, or empty if it can. For skipping tests visibly. */
  public static Optional<String> unsupportedReason() {
    String system = System.getProperty("os.name");
    String processor = System.getProperty("os.arch");
    if (!system.equals("Linux") || !processor.equals("amd64")) {
      return Optional.of(
          "the database servers run on Linux amd64 only, and this is %s %s"
              .formatted(system, processor));
    }
    if (!Files.exists(LOADER)) {
      return Optional.of("the database servers need glibc, and there is no " + LOADER);
    }
    return Optional.empty();
  }

  /** The first server, {@code db-01}. */
  public DatabaseServer a() {
    return a;
  }

  /** The second server, {@code db-02}. */
  public DatabaseServer b() {
    return b;
  }

  /** Both servers, in the order of their names. */
  public List<DatabaseServer> servers() {
    return List.of(a, b);
  }

  /** Waits until each server has applied what the other had committed when this was called. */
  public void awaitReplicated(Duration timeout) {
    awaitReplicated(a, b, timeout);
    awaitReplicated(b, a, timeout);
  }

  /**
   * Waits until one server has applied all that the other had committed when this was called.
   *
   * @param timeout at least 1 s, rounded to seconds
   * @throws DatabasePairException if it has not by then; the message has positions and errors
   */
  public void awaitReplicated(DatabaseServer from, DatabaseServer to, Duration timeout) {
    awaitApplied(from, from.position(), to, timeout);
  }

  private static void awaitApplied(
      DatabaseServer from, String position, DatabaseServer to, Duration timeout) {
    int seconds = (int) Math.max(1, timeout.toSeconds());
    if (!to.awaitPosition(position, seconds)) {
      throw new DatabasePairException(
          "%s did not reach position '%s' of %s within %d s; it is at '%s', with %s"
              .formatted(
                  to.name(),
                  position,
                  from.name(),
                  seconds,
                  to.position(),
                  to.replicationSummary()));
    }
  }

  /** Makes each server fetch from the other, and proves that a row of each arrives. */
  void connect(Duration timeout) {
    a.replicateFrom(b);
    b.replicateFrom(a);
    prove(a, b, timeout);
    prove(b, a, timeout);
  }

  private static void prove(DatabaseServer from, DatabaseServer to, Duration timeout) {
    awaitApplied(from, from.writeProof(), to, timeout);
    if (!to.hasProofOf(from)) {
      throw new DatabasePairException(
          "%s claims the position of %s and lacks its row".formatted(to.name(), from.name()));
    }
  }

  /** Ends both processes at once and deletes their files. Does nothing the second time. */
  @Override
  public void close() {
    resources.close();
  }

  @Override
  public String toString() {
    return a + ", " + b;
  }

  /** Settings of a pair. Not safe for use by several threads. */
  public static final class Builder {
    private final Flavor flavor;
    private final List<String> options = new ArrayList<>();
    private @Nullable Path directory;
    private int increment = 2;
    private int offsetOfA = 1;
    private int offsetOfB = 2;
    private boolean startReadOnly;

    private Builder(Flavor flavor) {
      this.flavor = flavor;
    }

    /**
     * Where the servers keep their data, in {@code db-01} and {@code db-02}, which must not exist.
     * Default: new directories below the cache.
     */
    public Builder directory(Path newDirectory) {
      this.directory = requireNonNull(newDirectory, "directory");
      return this;
    }

    /** The distance between the ids that one server issues. Default 2, 1 to 65535. */
    public Builder increment(int newIncrement) {
      this.increment = checkId("increment", newIncrement);
      return this;
    }

    /** The first ids of each server: defaults 1 and 2, 1 to 65535. Equal ones make ids collide. */
    public Builder offsets(int first, int second) {
      this.offsetOfA = checkId("offset", first);
      this.offsetOfB = checkId("offset", second);
      return this;
    }

    /** Both servers refuse writes when {@link #start} returns. Default: both accept them. */
    public Builder startReadOnly() {
      this.startReadOnly = true;
      return this;
    }

    /**
     * One more command line option for both servers, for instance {@code --max-connections=9}.
     * {@link #SERVER_NAME} in it becomes the name of the server.
     */
    public Builder option(String option) {
      options.add(requireNonNull(option, "option"));
      return this;
    }

    /**
     * Starts both servers and proves that they replicate in both directions.
     *
     * @throws UnsupportedOperationException as {@link DatabasePair#unsupportedReason} says
     * @throws DatabasePairException if a server does not start; the message has the end of its log
     */
    public DatabasePair start() {
      unsupportedReason()
          .ifPresent(
              reason -> {
                throw new UnsupportedOperationException(reason);
              });
      return new PairStarter(settings()).start();
    }

    private PairSettings settings() {
      return new PairSettings(
          flavor.product(),
          directory,
          increment,
          List.of(offsetOfA, offsetOfB),
          startReadOnly,
          options);
    }

    private static int checkId(String name, int value) {
      if (value < 1 || value > 65535) {
        throw new IllegalArgumentException(name + " must be 1 to 65535, and was " + value);
      }
      return value;
    }
  }
}
