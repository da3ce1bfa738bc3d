/** Routing choice, switchover and dialects. */
@NullMarked
package io.understudy.jdbc.internal;

import org.jspecify.annotations.NullMarked;
