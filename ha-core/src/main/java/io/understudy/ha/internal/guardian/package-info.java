/**
 * The guardian: the program of a small child process that ends its parent, a member's JVM, when the
 * resources of a role have not stopped in time, and stops what outlives that JVM.
 *
 * <p>It depends on {@code java.base} alone, because the child gets the class files of this package
 * and nothing else. It uses no lambda and no {@code +} on strings: either loads some hundred
 * classes of the JDK at its first use, which costs memory, and time just when there is none.
 */
@NullMarked
package io.understudy.ha.internal.guardian;

import org.jspecify.annotations.NullMarked;
