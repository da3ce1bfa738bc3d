package io.understudy.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code ha.valve.*} says of the gate before the embedded Tomcat.
 *
 * @param enabled Whether requests pass only while this member may serve them, and /ha/health and
 *     /ha/leader are served.
 * @param role Role that this member must lead for requests to pass. Any member serves if it is
 *     absent.
 * @param requireQuorum Whether this member must hear a quorum for requests to pass.
 * @param requireWriter Whether the masters of ha.datasource must have an agreed writer for requests
 *     to pass.
 * @param exclude Path prefixes that always pass, context path included. If absent, the actuator's
 *     base path.
 */
@ConfigurationProperties("ha.valve")
record HaValveProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("") String role,
    @DefaultValue("true") boolean requireQuorum,
    @DefaultValue("false") boolean requireWriter,
    @Nullable List<String> exclude) {}
