package io.understudy.jdbc;

/**
 * What every exception of this library tells besides SQLState and message. The type says what to do
 * next, so a caller needs no look at the {@link #outcome()}:
 *
 * <table>
 * <caption>Types and what to do</caption>
 * <tr><th>type</th><th>outcome</th><th>SQLState</th><th>what to do</th></tr>
 * <tr><td>{@link NoWriterException}</td><td>NOT_EXECUTED</td><td>08001</td>
 *     <td>repeat: {@link RetryableSqlException}</td></tr>
 * <tr><td>{@link WriterLostException}</td><td>NOT_EXECUTED, ROLLED_BACK</td><td>08S02</td>
 *     <td>repeat at once: {@link RetryableSqlException}</td></tr>
 * <tr><td>{@link UnknownOutcomeException}</td><td>UNKNOWN</td><td>08007</td>
 *     <td>look at the data, never just repeat</td></tr>
 * <tr><td>{@link CommittedWarning}</td><td>COMMITTED</td><td>01000</td>
 *     <td>nothing: it is never thrown</td></tr>
 * </table>
 */
public sealed interface HaFailure
    permits RetryableSqlException, UnknownOutcomeException, CommittedWarning {
  /**
   * What is known about the work.
   *
   * @return the outcome
   */
  Outcome outcome();

  /**
   * Where this JVM stood when it failed.
   *
   * @return writer, generation, epoch and node
   */
  RouteInfo route();
}
