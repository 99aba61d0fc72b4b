package io.myelin.protocol.crypto;

import io.myelin.protocol.ids.Address;
import java.util.Optional;
import java.util.UUID;

/** A keystore's content as it stands in the file; lives only between parsing and decrypting. */
@SuppressWarnings("ArrayRecordComponent")
record EncryptedKey(
    UUID id,
    Optional<Address> address,
    KeyDerivation derivation,
    byte[] salt,
    byte[] iv,
    byte[] ciphertext,
    byte[] mac) {}
