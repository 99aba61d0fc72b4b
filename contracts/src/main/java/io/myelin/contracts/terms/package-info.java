/**
 * A session's terms and settlements between {@code protocol}'s records and the contracts' structs.
 */
@NullMarked
package io.myelin.contracts.terms;

import org.jspecify.annotations.NullMarked;
