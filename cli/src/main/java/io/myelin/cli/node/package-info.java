/** One node of a kind as a process: the commands {@code compute} and {@code gateway}. */
@NullMarked
package io.myelin.cli.node;

import org.jspecify.annotations.NullMarked;
