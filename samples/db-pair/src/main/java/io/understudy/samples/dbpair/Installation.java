package io.understudy.samples.dbpair;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An unpacked server with what the dynamic loader of this machine lacks for it.
 *
 * @param server the unpacked files
 * @param executable the server's binary
 * @param libraries a directory of stub libraries, which is empty on a well equipped machine
 */
record Installation(Path server, Path executable, Path libraries) {

  private static final Pattern NOT_FOUND =
      Pattern.compile("^\\s*(\\S+) => not found", Pattern.MULTILINE);

  /** Writes stubs for the libraries that the loader does not find, and for no others. */
  static Installation prepare(Product product, Path server, Path libraries) {
    Installation installation = new Installation(server, product.executable(server), libraries);
    try {
      Files.createDirectories(libraries);
      for (String missing : installation.missingLibraries()) {
        installation.writeStub(missing);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write stub libraries to " + libraries, e);
    }
    return installation;
  }

  /** The beginning of every command line of this server. */
  List<String> command() {
    boolean root = System.getProperty("user.name").equals("root");
    return root
        ? List.of(executable.toString(), "--no-defaults", "--user=root") // else it refuses root
        : List.of(executable.toString(), "--no-defaults");
  }

  /** What a process of this installation needs in its environment; the JVM's own stays as it is. */
  Map<String, String> environment() {
    return Map.of("LD_LIBRARY_PATH", libraryPath());
  }

  private String libraryPath() {
    String inherited = System.getenv("LD_LIBRARY_PATH");
    return inherited == null || inherited.isEmpty()
        ? libraries.toString()
        : libraries + File.pathSeparator + inherited;
  }

  /** Asks the loader itself, as {@code ldd} does: it lists the libraries and starts nothing. */
  private List<String> missingLibraries() throws IOException {
    ProcessBuilder loader = new ProcessBuilder(executable.toString()).redirectErrorStream(true);
    loader.environment().putAll(environment());
    loader.environment().put("LD_TRACE_LOADED_OBJECTS", "1");
    Process process = loader.start();
    process.getOutputStream().close();
    String listing = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher matcher = NOT_FOUND.matcher(listing);
    return matcher.results().map(result -> result.group(1)).distinct().toList();
  }

  private void writeStub(String soname) throws IOException {
    StubLibrary stub =
        StubLibrary.named(soname)
            .orElseThrow(
                () ->
                    new DatabasePairException(
                        "%s needs the shared library %s, which the dynamic loader does not find; install the"
                                .formatted(executable, soname)
                            + " package of your distribution that contains it"));
    Trees.writeAtomically(libraries.resolve(soname), stub.bytes());
  }
}
