/** Where the parts of a node are put together. */
@NullMarked
package io.understudy.ha.internal;

import org.jspecify.annotations.NullMarked;
