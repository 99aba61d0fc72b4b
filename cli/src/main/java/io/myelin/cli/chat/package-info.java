/** The {@code chat} command. */
@NullMarked
package io.myelin.cli.chat;

import org.jspecify.annotations.NullMarked;
