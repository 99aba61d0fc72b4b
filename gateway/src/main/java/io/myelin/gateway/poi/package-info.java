/** Compares what several nodes answered to one question, and raises the alarm. */
@NullMarked
package io.myelin.gateway.poi;

import org.jspecify.annotations.NullMarked;
