/** Where an account's money is, worked out from the chain alone, and how it comes back. */
@NullMarked
package io.myelin.cli.money;

import org.jspecify.annotations.NullMarked;
