/**
 * Pure decisions: who writes, what is done next, and whether ids can collide. No clock, no thread,
 * no SQL.
 */
@NullMarked
package io.understudy.jdbc.internal.routing;

import org.jspecify.annotations.NullMarked;
