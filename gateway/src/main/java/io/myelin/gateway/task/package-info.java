/** Tasks as the gateway's fronts see them: submit, follow, cancel, look up. */
@NullMarked
package io.myelin.gateway.task;

import org.jspecify.annotations.NullMarked;
