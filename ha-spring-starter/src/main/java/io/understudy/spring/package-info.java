/** Auto-configuration for Spring Boot 4. */
@NullMarked
package io.understudy.spring;

import org.jspecify.annotations.NullMarked;
