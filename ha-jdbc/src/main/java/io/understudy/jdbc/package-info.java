/** A DataSource that follows the agreed writer. */
@NullMarked
package io.understudy.jdbc;

import org.jspecify.annotations.NullMarked;
