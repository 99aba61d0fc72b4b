/** Sessions from the command line: opening one with a signature, and seeing what became of it. */
@NullMarked
package io.myelin.cli.session;

import org.jspecify.annotations.NullMarked;
