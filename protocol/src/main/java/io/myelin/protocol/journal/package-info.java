/** The text form in which machine events and terms are kept in a journal. */
@NullMarked
package io.myelin.protocol.journal;

import org.jspecify.annotations.NullMarked;
