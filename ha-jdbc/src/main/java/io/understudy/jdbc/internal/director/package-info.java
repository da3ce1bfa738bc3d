/** The shell around the decisions: probes, statements, commits. */
@NullMarked
package io.understudy.jdbc.internal.director;

import org.jspecify.annotations.NullMarked;
