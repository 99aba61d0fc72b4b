/** A development chain of this machine: Anvil as a child process. */
@NullMarked
package io.myelin.chain.local;

import org.jspecify.annotations.NullMarked;
