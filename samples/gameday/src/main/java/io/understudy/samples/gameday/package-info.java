/** A cluster, its databases, and bad days. */
@NullMarked
package io.understudy.samples.gameday;

import org.jspecify.annotations.NullMarked;
