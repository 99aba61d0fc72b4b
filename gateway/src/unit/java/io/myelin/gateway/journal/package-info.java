/** Tests of the journal on real files. */
@NullMarked
package io.myelin.gateway.journal;

import org.jspecify.annotations.NullMarked;
