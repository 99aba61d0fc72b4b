/** OpenAI's HTTP API over the gateway's task pipeline: every parameter is honoured or refused. */
@NullMarked
package io.myelin.gateway.openai;

import org.jspecify.annotations.NullMarked;
