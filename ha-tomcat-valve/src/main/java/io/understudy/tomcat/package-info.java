/** The valve, and the status and health answers. */
@NullMarked
package io.understudy.tomcat;

import org.jspecify.annotations.NullMarked;
