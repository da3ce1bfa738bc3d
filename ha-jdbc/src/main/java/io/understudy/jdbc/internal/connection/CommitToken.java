package io.understudy.jdbc.internal.connection;

/**
 * What a transaction leaves behind as it commits: a number, in a row that belongs to one connection
 * at a time.
 *
 * @param slot the row
 * @param seq the number, which the row holds only if the transaction was committed
 */
record CommitToken(int slot, long seq) {}
