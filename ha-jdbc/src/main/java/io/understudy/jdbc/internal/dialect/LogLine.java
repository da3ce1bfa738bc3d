package io.understudy.jdbc.internal.dialect;

/**
 * A line of a server's error log.
 *
 * @param logged when it was written, by the server's clock: another line has another time
 * @param text its head
 */
public record LogLine(String logged, String text) {}
