/**
 * What applications may implement to connect the library with their surroundings.
 *
 * <p>Nothing here knows the rest of the API, so that the API can name it.
 */
@NullMarked
package io.understudy.ha.spi;

import org.jspecify.annotations.NullMarked;
