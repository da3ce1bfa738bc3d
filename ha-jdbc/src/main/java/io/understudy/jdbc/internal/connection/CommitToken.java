package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.internal.dialect.ServerLife;

/**
 * What a transaction leaves behind as it commits: a number, in a row that belongs to one connection
 * at a time.
 *
 * @param slot the row, together with the generation
 * @param generation the writer's term: what an old writer has of its own never meets a new one's
 * @param seq the number, which the row holds only if the transaction was committed
 * @param ran the server on which it ran, and since when that was up
 */
record CommitToken(int slot, long generation, long seq, ServerLife ran) {}
