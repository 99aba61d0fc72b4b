/** The gateway as one server: every front, the node hub and their shared parts on one port. */
@NullMarked
package io.myelin.gateway;

import org.jspecify.annotations.NullMarked;
