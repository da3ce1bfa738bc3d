/** Routing of borrowed connections, and the check before each of their uses. */
@NullMarked
package io.understudy.jdbc.internal.connection;

import org.jspecify.annotations.NullMarked;
