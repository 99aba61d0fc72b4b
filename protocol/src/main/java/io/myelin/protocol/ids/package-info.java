/** Identifiers and digests as value types: fixed length, immutable, one text form each. */
@NullMarked
package io.myelin.protocol.ids;

import org.jspecify.annotations.NullMarked;
