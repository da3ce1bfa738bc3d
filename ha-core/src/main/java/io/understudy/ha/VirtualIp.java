package io.understudy.ha;

import io.understudy.ha.spi.CommandRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * An address that is where the role is led: added to a network interface, announced to the
 * neighbours, and taken away again. Linux only. Immutable but for what it runs.
 *
 * <pre>{@code
 * RoleSpec.named("web").running(
 *     ResourceGroup.of("address", VirtualIp.of("192.0.2.10/24", "eth0")).then("server", server))
 * }</pre>
 *
 * <p>Needs {@code ip} (package {@code iproute2}) and the right to use it: root, or {@code
 * AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW} in the systemd unit. IPv4 addresses are announced
 * with {@code arping} (package {@code iputils-arping}) at once and twice more, a second apart;
 * without it a warning is logged, and neighbours that knew the former holder keep sending to it
 * until their ARP caches have noticed, which takes them about half a minute.
 *
 * <p>IPv6 addresses are announced by the kernel if {@code net.ipv6.conf.<interface>.ndisc_notify}
 * is 1; if not, a warning says so. The kernel also looks for a duplicate before it lets the address
 * be used: the start takes a second or two, and fails where somebody answers. With {@code
 * net.ipv6.conf.<interface>.dad_transmits} set to 0 it does neither.
 *
 * <p>Two holders at the same time are what the exclusion of the role is there to prevent. {@link
 * #probing()} adds a look at the network, which costs a second.
 *
 * <p>It outlives the process, so it is removed when the member begins, before it may lead. The
 * address must not be configured on the interface by anything else.
 */
public final class VirtualIp implements Resource {
  private static final Pattern LITERAL =
      Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9._-]{1,15}");
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int NO_SUCH_COMMAND = 127;
  private static final long POLL_MILLIS = 20;

  /**
   * Removes the address and succeeds if it is gone, however that came about: also if it was never
   * there, or its interface is gone.
   */
  private static final String REMOVE =
      "command -v ip >/dev/null || { echo ip is not installed; exit 127; }; "
          + "ip address del \"$1/$2\" dev \"$3\"; "
          + "test -z \"$(ip -o address show dev \"$3\" to \"$1\" 2>/dev/null)\"";

  private final String address;
  private final int prefix;
  private final String device;
  private final boolean probes;
  private final List<String> before;
  private final Announcer announcer;

  private VirtualIp(
      String address, int prefix, String device, boolean probes, List<String> before) {
    this.address = address;
    this.prefix = prefix;
    this.device = device;
    this.probes = probes;
    this.before = before;
    this.announcer = new Announcer(address, device, before);
  }

  /**
   * An address on an interface.
   *
   * @param address in the form {@code 192.0.2.10/24} or {@code 2001:db8::10/64}; the prefix length
   *     is that of the interface's network
   * @param device the interface, for example {@code eth0}
   * @return the resource
   * @throws IllegalArgumentException if one of them has another form
   */
  public static VirtualIp of(String address, String device) {
    String[] parts = address.split("/", -1);
    boolean good = parts.length == 2 && LITERAL.matcher(parts[0]).matches();
    int prefix = good && parts[1].matches("[0-9]{1,3}") ? Integer.parseInt(parts[1]) : -1;
    int longest = parts[0].contains(":") ? 128 : 32;
    if (prefix < 1 || prefix > longest) {
      throw new IllegalArgumentException(
          "virtual address '" + address + "' is not like 192.0.2.10/24 or 2001:db8::10/64");
    }
    if (!INTERFACE.matcher(device).matches()) {
      throw new IllegalArgumentException("'" + device + "' is no name of a network interface");
    }
    return new VirtualIp(parts[0], prefix, device, false, List.of());
  }

  /**
   * Asks the network before it takes the address (IPv4), and does not start where somebody answers.
   * Off by default, because a former holder that is frozen or cut off from the cluster may still
   * answer, and then nobody would take over: use it where two holders do more harm than none.
   *
   * @return a changed copy
   */
  public VirtualIp probing() {
    return new VirtualIp(address, prefix, device, true, before);
  }

  /**
   * In another network namespace than that of this process; needs {@code CAP_SYS_ADMIN}, too.
   *
   * @param namespace its name, as {@code ip netns} shows it
   * @return a changed copy
   * @throws IllegalArgumentException if that is no name
   */
  public VirtualIp inNamespace(String namespace) {
    if (!namespace.matches("[A-Za-z0-9._-]{1,64}") || namespace.startsWith("-")) {
      throw new IllegalArgumentException("'" + namespace + "' is no name of a network namespace");
    }
    List<String> enter = List.of("ip", "netns", "exec", namespace);
    return new VirtualIp(address, prefix, device, probes, enter);
  }

  @Override
  public void start(Leadership leadership) throws IOException, InterruptedException {
    requireLink();
    if (probes && !isV6()) {
      requireNobodyAnswers();
    }
    List<String> add = words("ip", "address", "replace", address + "/" + prefix, "dev", device);
    require("could not be added to " + device, run(add));
    if (isV6()) {
      awaitUsable();
    }
    announcer.begin();
  }

  @Override
  public void stop() throws IOException, InterruptedException {
    announcer.end(); // first: nobody may be told any more that it is here
    require("could not be removed from " + device, run(stopCommand()));
  }

  @Override
  public void check() throws IOException, InterruptedException {
    requireLink();
    if (shown().isEmpty()) {
      throw new IOException(
          this + " is not there any more: somebody or something else has removed it");
    }
  }

  @Override
  public boolean outlivesProcess() {
    return true;
  }

  /**
   * What removes the address without this process: it ends with status 0 if the address is gone.
   * For whoever cleans up after a process that cannot.
   *
   * @return the program and its arguments
   */
  public List<String> stopCommand() {
    return words("sh", "-c", REMOVE, "sh", address, Integer.toString(prefix), device);
  }

  // ---- commands --------------------------------------------------------------------------------

  private boolean isV6() {
    return address.contains(":");
  }

  private void requireLink() throws IOException, InterruptedException {
    CommandRun link = run(words("ip", "-br", "link", "show", "dev", device));
    if (!link.ended() || link.status() != 0) {
      throw new IOException(
          this + ": network interface " + device + " cannot be seen here" + link.told());
    }
    String flags = link.told().replaceFirst("(?s).*?<([^>]*)>.*", ",$1,");
    if (!flags.contains(",UP,") || !flags.contains(",LOWER_UP,")) {
      throw new IOException(
          this
              + ": network interface "
              + device
              + (flags.contains(",UP,") ? " has no link (cable, switch)" : " is down"));
    }
  }

  /** The kernel asks the network before it lets an IPv6 address be used. */
  private void awaitUsable() throws IOException, InterruptedException {
    long untilNanos = System.nanoTime() + LIMIT.toNanos();
    String shown = shown();
    while (shown.contains("tentative") && !shown.contains("dadfailed")) {
      if (System.nanoTime() - untilNanos >= 0) {
        throw new IOException(this + " is not usable after " + LIMIT.toSeconds() + " s" + shown);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      shown = shown();
    }
    if (shown.contains("dadfailed")) {
      throw new IOException(
          this
              + " is in use: another host on the network of "
              + device
              + " answers for it; where it is to be taken all the same set net.ipv6.conf."
              + device
              + ".dad_transmits=0 with sysctl");
    }
  }

  private String shown() throws IOException, InterruptedException {
    CommandRun run = run(words("ip", "-o", "address", "show", "dev", device, "to", address));
    require("could not be looked up", run);
    return run.told();
  }

  private void requireNobodyAnswers() throws IOException, InterruptedException {
    CommandRun probe =
        run(words("arping", "-D", "-q", "-c", "1", "-w", "1", "-I", device, address));
    if (probe.ended() && probe.status() == 1) {
      throw new IOException(
          this + " is in use: another host on the network of " + device + " answers for it");
    }
    require("could not be looked for with arping (package iputils-arping)", probe);
  }

  private List<String> words(String... command) {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of(command));
    return words;
  }

  private CommandRun run(List<String> words) throws IOException, InterruptedException {
    return CommandRun.of(words, Map.of("LC_ALL", "C"), "", LIMIT);
  }

  private void require(String failure, CommandRun run) throws IOException {
    if (!run.ended()) {
      throw new IOException(
          this + " " + failure + ": no answer within " + LIMIT.toSeconds() + " s" + run.told());
    }
    if (run.status() != 0) {
      throw new IOException(
          this + " " + failure + ": status " + run.status() + run.told() + advice(run));
    }
  }

  private static String advice(CommandRun run) {
    if (run.told().contains("not permitted") || run.told().contains("ermission denied")) {
      return "; this process lacks CAP_NET_ADMIN: run it as root, or put"
          + " AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW into its systemd unit";
    }
    return run.status() == NO_SUCH_COMMAND ? "; install the package iproute2" : "";
  }

  @Override
  public String toString() {
    return "virtual address " + address + "/" + prefix;
  }
}
