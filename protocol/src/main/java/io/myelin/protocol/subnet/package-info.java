/** Subnets: which models a configuration may list, and in which subnet a session is opened. */
@NullMarked
package io.myelin.protocol.subnet;

import org.jspecify.annotations.NullMarked;
