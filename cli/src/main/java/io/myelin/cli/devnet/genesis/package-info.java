/** The chain of a local network, and everybody on it: deployed, funded, staked, approved. */
@NullMarked
package io.myelin.cli.devnet.genesis;

import org.jspecify.annotations.NullMarked;
