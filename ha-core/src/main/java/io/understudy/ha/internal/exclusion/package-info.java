/**
 * When a new leader may begin though another may still be at work, as a pure function of what is
 * known and time.
 */
@NullMarked
package io.understudy.ha.internal.exclusion;

import org.jspecify.annotations.NullMarked;
