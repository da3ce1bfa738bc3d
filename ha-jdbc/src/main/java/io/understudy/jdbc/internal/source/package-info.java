/** Puts the parts together behind the public API. */
@NullMarked
package io.understudy.jdbc.internal.source;

import org.jspecify.annotations.NullMarked;
