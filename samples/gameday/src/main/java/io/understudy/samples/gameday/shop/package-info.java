/** The application to copy: an order service of several JVMs, made of one member each. */
@NullMarked
package io.understudy.samples.gameday.shop;

import org.jspecify.annotations.NullMarked;
