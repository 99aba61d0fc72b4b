/** The {@code verify} command and how the checks of a receipt are shown. */
@NullMarked
package io.myelin.cli.receipt;

import org.jspecify.annotations.NullMarked;
