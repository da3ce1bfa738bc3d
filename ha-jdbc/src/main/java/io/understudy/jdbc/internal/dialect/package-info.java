/** What is said to a server, by product. */
@NullMarked
package io.understudy.jdbc.internal.dialect;

import org.jspecify.annotations.NullMarked;
