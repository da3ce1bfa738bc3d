/** What applications may implement: interfaces of two or three methods. */
@NullMarked
package io.understudy.ha.spi;

import org.jspecify.annotations.NullMarked;
