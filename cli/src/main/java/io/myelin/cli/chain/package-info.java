/**
 * What the commands that touch the chain share: which network, whose key, amounts, and
 * transactions.
 */
@NullMarked
package io.myelin.cli.chain;

import org.jspecify.annotations.NullMarked;
