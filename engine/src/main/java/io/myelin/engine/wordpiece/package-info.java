/** BERT's tokenizer: text to the token ids that a sentence model was trained on. */
@NullMarked
package io.myelin.engine.wordpiece;

import org.jspecify.annotations.NullMarked;
