/** What the gateway counts and times, in Prometheus' text format. */
@NullMarked
package io.myelin.gateway.metrics;

import org.jspecify.annotations.NullMarked;
