package io.myelin.engine.jinja;

/** A template that cannot be read, or cannot render what it was given. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was wrong. */
  public TemplateException(String message) {
    super(message);
  }
}
