/** Hashes, secp256k1 keys and signatures, and the encrypted file a key is kept in. */
@NullMarked
package io.myelin.protocol.crypto;

import org.jspecify.annotations.NullMarked;
