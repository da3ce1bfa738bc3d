/** Decisions about resource groups as a pure function of state, input and time. */
@NullMarked
package io.understudy.ha.internal.group;

import org.jspecify.annotations.NullMarked;
