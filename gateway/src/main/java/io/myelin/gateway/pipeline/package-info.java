/**
 * The task pipeline: queue, offers, relay, failover, commit checks, receipts. What is decided is
 * decided by the protocol's task machine; here it is carried out.
 */
@NullMarked
package io.myelin.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
