/** Event loop, timers, durable store and listener dispatch. */
@NullMarked
package io.understudy.ha.internal.runtime;

import org.jspecify.annotations.NullMarked;
