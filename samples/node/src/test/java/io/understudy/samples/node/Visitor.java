package io.understudy.samples.node;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client as a process of its own: asks for a document again and again, each time over a new
 * connection, and prints a line an attempt: when it ended, the member that answered or {@code -},
 * the epoch, and the document or what went wrong.
 */
final class Visitor {
  private static final int CONNECT_MILLIS = 200;
  private static final int READ_MILLIS = 1_000;
  private static final long PAUSE_MILLIS = 20;
  private static final Pattern ANSWER =
      Pattern.compile(
          "HTTP/1\\.1 200 .*?%s: (\\S+)\\r\\n.*?%s: (\\S+)\\r\\n.*?\\r\\n\\r\\n(.*)"
              .formatted(DocumentServer.NODE, DocumentServer.EPOCH),
          Pattern.DOTALL);

  private Visitor() {}

  /** Arguments: the host, the port and the path. */
  public static void main(String[] args) throws InterruptedException {
    InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    while (true) {
      String outcome = visit(address, args[2]);
      System.out.println(System.nanoTime() + " " + outcome.strip().replaceAll("\\s+", " "));
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static String visit(InetSocketAddress address, String path) {
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      String request = "GET %s HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.formatted(path).getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = ANSWER.matcher(answer);
      return matcher.matches()
          ? "%s %s %s".formatted(matcher.group(1), matcher.group(2), matcher.group(3))
          : "- - " + answer;
    } catch (IOException e) {
      return "- - " + e;
    }
  }
}
