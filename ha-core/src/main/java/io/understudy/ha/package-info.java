/** Build a node, declare a role, be told who leads, and ask. */
@NullMarked
package io.understudy.ha;

import org.jspecify.annotations.NullMarked;
