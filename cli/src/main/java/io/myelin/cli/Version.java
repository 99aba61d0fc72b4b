package io.myelin.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version the build wrote into the jar. */
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "myelin " + current(), "Java " + Runtime.version(),
    };
  }

  /** For example {@code 0.1.0-SNAPSHOT}. */
  public static String current() {
    try (InputStream in = Version.class.getResourceAsStream("/myelin.properties")) {
      if (in == null) {
        throw new IllegalStateException("myelin.properties is missing from the jar: build again");
      }
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException("myelin.properties cannot be read: " + e.getMessage(), e);
    }
  }
}
