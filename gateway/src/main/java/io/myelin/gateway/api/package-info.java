/** Myelin's own HTTP API: sessions, asynchronous tasks, nodes, health and metrics. */
@NullMarked
package io.myelin.gateway.api;

import org.jspecify.annotations.NullMarked;
