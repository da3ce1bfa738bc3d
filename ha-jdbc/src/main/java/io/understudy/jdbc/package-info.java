/**
 * One agreed writer among MySQL or MariaDB masters that replicate to each other.
 *
 * <p>Start with {@link io.understudy.jdbc.HaDataSource#builder()}. Everything outside this package
 * is internal and may change at any time.
 */
@NullMarked
package io.understudy.jdbc;

import org.jspecify.annotations.NullMarked;
