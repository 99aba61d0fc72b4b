/** The tasks of a node: checking offers, running them, sealing and opening what came out. */
@NullMarked
package io.myelin.compute.task;

import org.jspecify.annotations.NullMarked;
