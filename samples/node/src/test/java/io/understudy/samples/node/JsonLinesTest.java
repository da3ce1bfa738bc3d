package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
  @Test
  void aLineHoldsClocksNodeEventAndFieldsInThisOrder() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long beforeNanos = System.nanoTime();

    new JsonLines(out, "n1").write("elected", "role", "main", "epoch", 7L);

    String line = out.toString(StandardCharsets.UTF_8);
    Map<String, Object> fields = JsonReader.readObject(line);
    assertEquals(
        List.of("mono", "wall", "node", "event", "role", "epoch"), List.copyOf(fields.keySet()));
    assertEquals("n1", fields.get("node"));
    assertEquals("elected", fields.get("event"));
    assertEquals(7L, fields.get("epoch"));
    assertTrue((long) fields.get("mono") - beforeNanos >= 0);
    assertTrue(Instant.parse((String) fields.get("wall")).isAfter(Instant.EPOCH));
    assertTrue(line.endsWith("}\n"));
  }

  @Test
  void eachLineIsOneFlushedWrite() {
    List<String> calls = new ArrayList<>();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("single bytes are written");
          }

          @Override
          public void write(byte[] bytes) {
            calls.add(new String(bytes, StandardCharsets.UTF_8).endsWith("\n") ? "line" : "part");
          }

          @Override
          public void flush() {
            calls.add("flush");
          }
        };
    JsonLines lines = new JsonLines(out, "n1");

    lines.write("started");
    lines.write("stopped");

    assertEquals(List.of("line", "flush", "line", "flush"), calls);
  }

  @Test
  void aReaderThatWentAwayIsIgnored() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    new JsonLines(closed, "n1").write("started");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\"b", "a\\b", "a\nb\r\t", "\u0000\u001f", "äöü €", "\ud83d\ude00"})
  void anyTextSurvives(String text) {
    assertEquals(text, JsonReader.read(Json.write(text)));
  }

  @Test
  void aLoneSurrogateIsEscapedBecauseItHasNoUtf8Form() {
    assertEquals("\"\\ud83d\"", Json.write("\ud83d"));
  }

  @Test
  void valuesOfAllKindsAreWritten() {
    assertEquals(
        "{\"a\":1,\"b\":true,\"c\":null,\"d\":[\"x\",2,[]],\"e\":{}}",
        Json.write(
            Json.object(
                "a",
                1L,
                "b",
                true,
                "c",
                null,
                "d",
                Arrays.asList("x", 2, List.of()),
                "e",
                Map.of())));
  }
}
