package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.FencePlan;
import io.understudy.ha.MemberId;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Timing;
import io.understudy.ha.spi.FenceHook;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  private static final String REQUIRED =
      "--cluster C --name n1 --roster n1,n2,n3 --bind 127.0.0.1:7801"
          + " --peers 127.0.0.1:7801,127.0.0.1:7802,127.0.0.1:7803 --state d --secret-file f";

  @Test
  void requiredOptionsAloneGiveTheDefaults() throws ArgumentException {
    Arguments arguments = parse("");

    assertEquals("C", arguments.cluster());
    assertEquals("n1", arguments.name());
    assertEquals("n1,n2,n3", arguments.roster());
    assertEquals("127.0.0.1:7801", arguments.bind());
    assertEquals("127.0.0.1:7801,127.0.0.1:7802,127.0.0.1:7803", arguments.peers());
    assertEquals(Path.of("d"), arguments.stateDirectory());
    assertEquals(Path.of("f"), arguments.secretFile());
    assertEquals(List.of("main"), names(arguments));
    assertEquals(Timing.DEFAULT, arguments.timing());
    assertEquals(Optional.empty(), arguments.http());
    assertEquals(Optional.empty(), arguments.claims());
    assertTrue(arguments.crashProof());
  }

  @Test
  void everyOptionIsRead() throws ArgumentException {
    Arguments arguments =
        parse(
            "--role a --role b --lease 500ms --rho 0.01 --http 127.0.0.1:8081 --claims c"
                + " --no-crash-proof --prefer a=n2,n1 --prefer b=n3 --failback auto");

    assertEquals(List.of("a", "b"), names(arguments));
    assertEquals(ids("n2", "n1"), arguments.roles().get(0).placement().preference());
    assertEquals(ids("n3"), arguments.roles().get(1).placement().preference());
    assertTrue(
        arguments.roles().stream().allMatch(role -> role.placement().failback().isPresent()));
    assertEquals(Duration.ofMillis(500), arguments.timing().lease());
    assertEquals(Duration.ofMillis(100), arguments.timing().heartbeat());
    assertEquals(0.01, arguments.timing().clockRateError());
    assertEquals(
        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8081)),
        arguments.http());
    assertEquals(Optional.of(Path.of("c")), arguments.claims());
    assertFalse(arguments.crashProof());
  }

  @Test
  void theRostersWitnessIsARow() throws ArgumentException {
    Arguments arguments =
        parse("--witness-jdbc jdbc:postgresql://db/ha --witness-user u --witness-member w1");

    assertEquals("w1", arguments.jdbcWitness().orElseThrow().member());
    assertTrue(parse("").jdbcWitness().isEmpty());
  }

  @Test
  void eachFenceAgentIsALevel() throws ArgumentException {
    FencePlan plan = fence("--fence", "/sbin/ipmi -v ip@n2=10.0.9.2", "--fence", "/sbin/pdu a=b");

    assertEquals(2, plan.levels().size());
    assertEquals("ipmi", plan.levels().get(0).calls().get(0).name());
    assertEquals(Duration.ofSeconds(30), plan.levels().get(1).calls().get(0).limit());
    FencePlan single = fence("--fence-command", "sh f", "--fence-limit", "5s");
    assertEquals(Duration.ofSeconds(5), single.levels().get(0).calls().get(0).limit());
    assertTrue(parse("").fence().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "--fence a,                               MACHINE",
    "--fence a --guardian,                    MACHINE",
    "--fence a --fence-scope process,         PROCESS",
    "--fence a --fence-scope resource,        RESOURCE",
    "--fence-command a,                       PROCESS",
    "--fence-command a --fence-scope machine, MACHINE"
  })
  void aFenceAgentIsAPowerSwitchUnlessItIsSaid(String more, FenceHook.Scope scope)
      throws ArgumentException {
    assertEquals(scope, fence(more.split(" ", -1)).levels().get(0).scope());
  }

  @Test
  void fencesOfTwoConventionsAndActionsAreRefused() {
    assertTrue(
        assertThrows(ArgumentException.class, () -> fence("--fence", "a", "--fence-command", "b"))
            .getMessage()
            .startsWith("--fence and --fence-command exclude each other"));
    assertTrue(
        assertThrows(ArgumentException.class, () -> fence("--fence", "a action=reboot"))
            .getMessage()
            .startsWith("--fence: fence option 'action'"));
    assertThrows(ArgumentException.class, () -> fence("--fence", "a=b"));
  }

  private static FencePlan fence(String... more) throws ArgumentException {
    return Arguments.parse(Stream.concat(words(REQUIRED).stream(), Stream.of(more)).toList())
        .fence()
        .orElseThrow();
  }

  @Test
  void aWitnessCampaignsForNothing() throws ArgumentException {
    Arguments arguments = parse("--witness --role main");

    assertTrue(arguments.witness());
    assertEquals(List.of(), arguments.roles());
  }

  @ParameterizedTest
  @CsvSource({"2s, 2000", "500ms, 500", "2m, 120000", "0s, 0"})
  void durationsHaveAUnit(String text, long millis) throws ArgumentException {
    assertEquals(Duration.ofMillis(millis), Values.duration(Option.LEASE, text));
  }

  @ParameterizedTest
  @CsvSource({"2", "s", "2 s", "-1s", "1.5s", "2h", "12345678901s"})
  void otherDurationsAreRefused(String text) {
    ArgumentException refused =
        assertThrows(ArgumentException.class, () -> Values.duration(Option.LEASE, text));

    assertEquals(
        "--lease is '" + text + "'; give a duration like 500ms, 2s or 2m", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--foo | unknown option --foo; --help lists the options",
        "-x | unknown option -x; --help lists the options",
        "stray | 'stray' belongs to no option; --help lists the options",
        "--lease | --lease has no value; give one after it",
        "--lease --rho 0.1 | --lease has no value; give one after it",
        "--lease 1s --lease 1s | --lease is given twice; give it once",
        "--name n2 | --name is given twice; give it once",
        "--witness --witness | --witness is given twice; give it once",
        "--lease soon | --lease is 'soon'; give a duration like 500ms, 2s or 2m",
        "--rho much | --rho is 'much'; give a number from 0 to below 0.5, for example 0.09",
        "--http 8081 | --http is '8081'; give host:port, for example 127.0.0.1:8081",
        "--http a:99999 | --http is 'a:99999'; give host:port, for example 127.0.0.1:8081",
        "--role a --role a | --role names a role twice; name each once",
        "--prefer n1 | --prefer names role ''; name one of [main]",
        "--prefer b=n1 | --prefer names role 'b'; name one of [main]",
        "--prefer main= | --prefer is 'main='; give role=member or role=first,second",
        "--failback soon | --failback is 'soon'; give never, auto or a delay like 30s",
        "--with main | --with is 'main'; give role=other, where both are among [main]",
        "--not-with b=a | --not-with is 'b=a'; give role=other, where both are among [main]",
        "--with main=typo | --with is 'main=typo'; give role=other, where both are among [main]",
        "--role a --role b --with a=b --not-with a=b | --not-with is 'a=b': with and not with role"
            + " 'b' at once",
        "--prefer main=n1,n1 | --prefer is 'main=n1,n1': a member stands twice in the preference"
            + " [n1, n1]",
        "--failback 9999m | --failback is '9999m': fail-back delay PT166H39M is not zero to one day",
        "--check-interval soon | --check-interval is 'soon'; give a duration like 500ms, 2s or 2m",
        "--check-interval 1ms | --check-interval is '1ms': checkInterval 1 ms is not 10 ms to 1 day",
        "--start-timeout 0s | --start-timeout is '0s': startTimeout 0 ms is not 10 ms to 1 day",
        "--stop-timeout 9ms | --stop-timeout is '9ms': stopTimeout 9 ms is not 100 ms to 1 day",
        "--restart-limit x | --restart-limit is 'x'; give a number",
        "--restart-limit -1 | --restart-limit is '-1': restartLimit -1 is not 0 to 1000000",
        "--failure-timeout 0s | --failure-timeout is '0s': failureTimeout 0 ms is not 10 ms to 1 day",
        "--with main=main | --role: role 'main' is to be with or not with itself; name another"
            + " role",
        "--connectivity 10.0.0.1 | --connectivity is '10.0.0.1'; give tcp:HOST:PORT or ping:HOST",
        "--connectivity tcp:a | --connectivity is 'a'; give host:port, for example 127.0.0.1:8081",
        "--connectivity tcp:a:0 | --connectivity is 'tcp:a:0'; nothing listens at port 0, give 1 to"
            + " 65535",
        "--connectivity ping:-f | --connectivity is 'ping:-f': '-f' is no host: give a name or an"
            + " address, for example 10.0.0.254",
        "--dampening 9999m | --dampening is '9999m': dampening 599940000 ms is not 0 ms to 1 day",
        "--no-connectivity wait | --no-connectivity is 'wait'; give stop or stay",
        "--fence-scope all --fence a | --fence-scope is 'all'; give machine, process or resource",
        "--exclusion both | --exclusion is 'both'; give token or stopped",
        "--witness-user u | --witness-user is of no use without --witness-jdbc",
        "--witness-jdbc jdbc:mysql://a/ha | --witness-jdbc stands for one witness of the roster,"
            + " which has []; name one with --witness-member",
        "--witness-member w1 --witness-jdbc jdbc:mysql://a,b/ha | --witness-jdbc: the witness' URL"
            + " jdbc:mysql://a,b/ha names more than one server (a,b); a witness is one server, give"
            + " one host and port",
      })
  void faultsSayWhatWasFoundAndWhatIsWanted(String more, String message) {
    ArgumentException refused = assertThrows(ArgumentException.class, () -> parse(more));

    assertEquals(message, refused.getMessage());
  }

  @Test
  void aPreferenceIsGivenOnce() {
    ArgumentException refused =
        assertThrows(ArgumentException.class, () -> parse("--prefer main=n1 --prefer main=n2"));

    assertTrue(refused.getMessage().startsWith("--prefer names role 'main' twice"));
  }

  @Test
  void aRoleNameOfAnotherFormIsRefused() {
    ArgumentException refused = assertThrows(ArgumentException.class, () -> parse("--role a/b"));

    assertTrue(refused.getMessage().startsWith("--role: role name 'a/b' is not"));
  }

  @Test
  void allMissingOptionsAreNamedAtOnce() {
    ArgumentException refused =
        assertThrows(
            ArgumentException.class,
            () -> Arguments.parse(words("--cluster C --name n1 --roster n1 --bind b --peers p")));

    assertEquals(
        "--state, --secret-file are missing; --help shows an example", refused.getMessage());
  }

  private static Arguments parse(String more) throws ArgumentException {
    return Arguments.parse(Stream.concat(words(REQUIRED).stream(), words(more).stream()).toList());
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private static List<String> names(Arguments arguments) {
    return arguments.roles().stream().map(RoleSpec::name).toList();
  }

  private static List<MemberId> ids(String... names) {
    return Arrays.stream(names).map(MemberId::of).toList();
  }
}
