/** Pairs of real database servers. */
@NullMarked
package io.understudy.samples.dbpair;

import org.jspecify.annotations.NullMarked;
