/** Real channels on the loopback interface, and strangers at their doors. */
@NullMarked
package io.understudy.ha.internal.jgroups;

import org.jspecify.annotations.NullMarked;
