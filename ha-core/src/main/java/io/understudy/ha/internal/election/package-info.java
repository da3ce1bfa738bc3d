/** The election as a pure function of state, input and time. */
@NullMarked
package io.understudy.ha.internal.election;

import org.jspecify.annotations.NullMarked;
