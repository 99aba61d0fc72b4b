/** Between the validators' protobuf messages and the records of {@code protocol}. */
@NullMarked
package io.myelin.committee.wire;

import org.jspecify.annotations.NullMarked;
