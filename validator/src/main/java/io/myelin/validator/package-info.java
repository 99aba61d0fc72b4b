/** A validator: what it checks, what it remembers having signed, and how it is asked. */
@NullMarked
package io.myelin.validator;

import org.jspecify.annotations.NullMarked;
