/** Where roles should be led, as a pure function of rules, facts and time. */
@NullMarked
package io.understudy.ha.internal.placement;

import org.jspecify.annotations.NullMarked;
