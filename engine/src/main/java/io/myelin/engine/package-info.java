/** What runs models: one interface over llama.cpp, ONNX Runtime and other servers. */
@NullMarked
package io.myelin.engine;

import org.jspecify.annotations.NullMarked;
