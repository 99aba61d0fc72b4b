/** What gateways have signed for a node: the proof of what it is owed. */
@NullMarked
package io.myelin.compute.voucher;

import org.jspecify.annotations.NullMarked;
