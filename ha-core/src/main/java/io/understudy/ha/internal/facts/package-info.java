/**
 * What members find out about themselves and tell each other, as pure functions of what was heard
 * and when. Evidence for placement; no vote depends on any of it.
 */
@NullMarked
package io.understudy.ha.internal.facts;

import org.jspecify.annotations.NullMarked;
