/** JMH benchmarks. */
@NullMarked
package io.understudy.benchmarks;

import org.jspecify.annotations.NullMarked;
