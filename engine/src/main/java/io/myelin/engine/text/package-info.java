/** Token pieces to text: no cut character, no leaked stop string, whole tokens only. */
@NullMarked
package io.myelin.engine.text;

import org.jspecify.annotations.NullMarked;
