/** Tests of the pipeline with scripted nodes under a manual clock, on a real journal. */
@NullMarked
package io.myelin.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
