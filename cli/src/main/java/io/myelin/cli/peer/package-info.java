/** How the command line's nodes and clients find each other: options, peer networks, registry. */
@NullMarked
package io.myelin.cli.peer;

import org.jspecify.annotations.NullMarked;
