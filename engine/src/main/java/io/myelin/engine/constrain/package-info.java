/**
 * Output that must be JSON, or JSON of a schema: which bytes, and so which tokens, may come next.
 */
@NullMarked
package io.myelin.engine.constrain;

import org.jspecify.annotations.NullMarked;
