/**
 * What brings the pure election to life in one process: the core that executes its outputs, the
 * event loop, the durable store, the gates that the application reads, and the threads that tell
 * it.
 */
@NullMarked
package io.understudy.ha.internal.runtime;

import org.jspecify.annotations.NullMarked;
