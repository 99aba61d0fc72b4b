/** EIP-712 typed data: what actors sign, byte for byte as wallets and contracts see it. */
@NullMarked
package io.myelin.protocol.typeddata;

import org.jspecify.annotations.NullMarked;
