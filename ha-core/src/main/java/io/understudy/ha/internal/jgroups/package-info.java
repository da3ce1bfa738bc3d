/** The JGroups channel: carries messages and reports views, and decides nothing. */
@NullMarked
package io.understudy.ha.internal.jgroups;

import org.jspecify.annotations.NullMarked;
