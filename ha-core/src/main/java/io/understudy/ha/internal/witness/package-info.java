/**
 * The witness that is a row in a database: the rules of a voter, executed on the row by whichever
 * member carries a request to it. Pure: no SQL, no clock, no thread.
 */
@NullMarked
package io.understudy.ha.internal.witness;

import org.jspecify.annotations.NullMarked;
