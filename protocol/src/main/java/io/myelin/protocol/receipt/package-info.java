/** The signed record of one finished task: its JSON form, and the checks anyone can repeat. */
@NullMarked
package io.myelin.protocol.receipt;

import org.jspecify.annotations.NullMarked;
