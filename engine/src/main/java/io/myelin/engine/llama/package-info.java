/** llama.cpp in this process, through Java's foreign-function interface. */
@NullMarked
package io.myelin.engine.llama;

import org.jspecify.annotations.NullMarked;
