/** Talks to a gateway over HTTP as any client would. */
@NullMarked
package io.myelin.cli.client;

import org.jspecify.annotations.NullMarked;
