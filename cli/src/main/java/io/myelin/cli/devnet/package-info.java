/** The whole network on one machine: the command {@code devnet}. */
@NullMarked
package io.myelin.cli.devnet;

import org.jspecify.annotations.NullMarked;
