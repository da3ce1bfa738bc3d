/** Tests of the game day. */
@NullMarked
package io.understudy.samples.gameday;

import org.jspecify.annotations.NullMarked;
