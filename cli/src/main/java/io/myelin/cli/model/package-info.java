/** The {@code model} commands and the progress bar of fetching one. */
@NullMarked
package io.myelin.cli.model;

import org.jspecify.annotations.NullMarked;
