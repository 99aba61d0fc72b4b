/** Sentence embeddings on ONNX Runtime, inside the worker process. */
@NullMarked
package io.myelin.engine.onnx;

import org.jspecify.annotations.NullMarked;
