/** A compute node: dials its gateway, runs tasks on an engine, and keeps what it promised. */
@NullMarked
package io.myelin.compute;

import org.jspecify.annotations.NullMarked;
