/**
 * A pair of real MySQL or MariaDB servers in circular replication, started from Maven artifacts.
 *
 * <p>Start with {@link io.understudy.samples.dbpair.DatabasePair#builder}. Meant for tests and
 * samples: passwords are constants, and the servers listen on 127.0.0.1 only.
 */
@NullMarked
package io.understudy.samples.dbpair;

import org.jspecify.annotations.NullMarked;
