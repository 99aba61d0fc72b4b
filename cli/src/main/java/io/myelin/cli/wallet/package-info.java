/** The {@code account} commands: keys of the user, what they hold, and moving it. */
@NullMarked
package io.myelin.cli.wallet;

import org.jspecify.annotations.NullMarked;
