/** Opening a session of the queue, as a client does it alone. */
@NullMarked
package io.myelin.committee.opening;

import org.jspecify.annotations.NullMarked;
