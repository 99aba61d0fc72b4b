package io.myelin.protocol.subnet;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What an owner calls a subnet of its own. The chain knows no names: the salt of a name makes the
 * same subnet of the same owner again, so that a creation that was cut short is found and goes on.
 *
 * @param text 1 to 63 small letters, digits and hyphens
 */
public record SubnetName(String text) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  /** Checks the form. */
  public SubnetName {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "subnet name: \""
              + text
              + "\" (expected: up to 63 of a to z, 0 to 9 and -, not first -)");
    }
  }

  /** The salt that the contract makes the id of, with the owner's address. */
  public Digest salt() {
    return Sha256.hash(("myelin/subnet/" + text).getBytes(StandardCharsets.UTF_8));
  }
}
