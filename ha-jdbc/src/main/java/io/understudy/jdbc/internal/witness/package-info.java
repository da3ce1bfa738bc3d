/** The witness in a database: statements for MySQL, MariaDB and PostgreSQL. No decisions. */
@NullMarked
package io.understudy.jdbc.internal.witness;

import org.jspecify.annotations.NullMarked;
