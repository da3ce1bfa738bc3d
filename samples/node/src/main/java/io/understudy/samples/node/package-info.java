/** One member of a cluster as a program. */
@NullMarked
package io.understudy.samples.node;

import org.jspecify.annotations.NullMarked;
