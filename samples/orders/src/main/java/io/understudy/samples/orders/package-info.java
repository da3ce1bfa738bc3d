/** A member that writes orders and keeps a ledger of them, as a program. */
@NullMarked
package io.understudy.samples.orders;

import org.jspecify.annotations.NullMarked;
