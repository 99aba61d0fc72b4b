/** Tools in prompts: how a model without a template for them is told what it may call, and how. */
@NullMarked
package io.myelin.engine.constrain.tools;

import org.jspecify.annotations.NullMarked;
