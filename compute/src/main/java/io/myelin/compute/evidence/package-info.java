/** What a node promised, kept on disk until the task is final. */
@NullMarked
package io.myelin.compute.evidence;

import org.jspecify.annotations.NullMarked;
