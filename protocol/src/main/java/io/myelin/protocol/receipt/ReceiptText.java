package io.myelin.protocol.receipt;

/** Free text in a receipt: short, printable, and the same in every JSON writer. */
final class ReceiptText {
  static final int MAX_LENGTH = 256;

  private ReceiptText() {}

  static void check(String name, String text, int minLength) {
    if (text.length() < minLength || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          name
              + ": "
              + text.length()
              + " characters (expected: "
              + minLength
              + " to "
              + MAX_LENGTH
              + ")");
    }
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = text.codePointAt(i);
      // Writers differ in how they escape controls; an unpaired surrogate is no UTF-8.
      if (Character.isISOControl(codePoint)
          || Character.getType(codePoint) == Character.SURROGATE) {
        throw new IllegalArgumentException(
            name
                + ": U+"
                + Integer.toHexString(codePoint)
                + " at "
                + i
                + " (expected: no control characters, whole characters)");
      }
    }
  }
}
