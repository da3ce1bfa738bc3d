/**
 * In-process failover: build a node, declare a role, be told when this member leads it.
 *
 * <p>Start with {@link io.understudy.ha.HaNode#builder()}. Everything outside this package and
 * {@code io.understudy.ha.spi} is internal and may change at any time.
 */
@NullMarked
package io.understudy.ha;

import org.jspecify.annotations.NullMarked;
