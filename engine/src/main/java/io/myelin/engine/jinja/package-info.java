/**
 * Chat templates: the part of Jinja that models' chat templates are written in, as Hugging Face's
 * transformers renders them. Templates are untrusted: they see no Java object, and work, memory and
 * nesting are bounded. Every character of the result knows whether template or request wrote it.
 */
@NullMarked
package io.myelin.engine.jinja;

import org.jspecify.annotations.NullMarked;
