/** Sessions: who may submit, what they may spend, which nodes are reserved for them. */
@NullMarked
package io.myelin.gateway.session;

import org.jspecify.annotations.NullMarked;
