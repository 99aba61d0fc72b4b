/** Another server that speaks OpenAI's API, standing in for the built-in engine. */
@NullMarked
package io.myelin.engine.upstream;

import org.jspecify.annotations.NullMarked;
