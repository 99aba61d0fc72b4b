/** What waits for any gateway, from the command line. */
@NullMarked
package io.myelin.cli.mempool;

import org.jspecify.annotations.NullMarked;
