/** Tests of node connections. */
@NullMarked
package io.myelin.gateway.hub;

import org.jspecify.annotations.NullMarked;
