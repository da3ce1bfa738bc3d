package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.catalina.util.ServerInfo;
import org.junit.jupiter.api.Test;

/** Guards the other tests: the build runs them on the line of Tomcat that it says. */
class LineTomcatTest {
  @Test
  void runsOnTheExpectedLine() {
    String expected = System.getProperty("understudy.tomcat.expected", "11.0.");
    String number = ServerInfo.getServerNumber();
    assertEquals(expected, number.substring(0, Math.min(expected.length(), number.length())));
  }
}
