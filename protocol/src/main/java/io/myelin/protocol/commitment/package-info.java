/** Precommit and commit: a node binds itself to its output before it can know any other's. */
@NullMarked
package io.myelin.protocol.commitment;

import org.jspecify.annotations.NullMarked;
