package io.myelin.cli.devnet.fault;

import io.myelin.compute.fault.Fault;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.validator.ValidatorFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who fails on purpose, as the user wrote it.
 *
 * @param nodes by number of the compute node, from 1
 * @param nodeTexts the same as it was written, for nodes in processes of their own
 * @param parties validators and gateways
 */
public record FaultPlan(
    Map<Integer, List<Fault>> nodes, Map<Integer, List<String>> nodeTexts, PartyFaults parties) {

  /** What follows {@code @}, for help and error messages. */
  public static final String WHO = "2, compute-2, validator-2, gateway-2, validator-1+validator-2";

  private static final String COMPUTE = "compute-";
  private static final String VALIDATOR = "validator-";
  private static final String GATEWAY = "gateway-";

  /** Fewer do not collude. */
  private static final int LEAST_COLLUDING = 2;

  /** Copies. */
  public FaultPlan {
    nodes = Map.copyOf(nodes);
    nodeTexts = Map.copyOf(nodeTexts);
  }

  /**
   * How many there are.
   *
   * @param nodes compute nodes
   */
  public record Size(int nodes, int validators, int gateways) {}

  /**
   * Reads {@code KIND@WHO}, any number of them.
   *
   * @throws IllegalArgumentException naming what is understood of whom
   */
  public static FaultPlan parse(List<String> texts, Size size) {
    Map<Integer, List<Fault>> nodes = new HashMap<>();
    Map<Integer, List<String>> nodeTexts = new HashMap<>();
    Map<Integer, ValidatorFault> validators = new HashMap<>();
    Map<Integer, GatewayFault> gateways = new HashMap<>();
    for (String text : texts) {
      int at = text.lastIndexOf('@');
      if (at < 1) {
        throw wrong(text, "KIND@WHO, with WHO one of " + WHO);
      }
      String kind = text.substring(0, at);
      String[] members = text.substring(at + 1).split("\\+", -1);
      for (String who : members) {
        if (who.startsWith(VALIDATOR)) {
          int number = number(text, who, VALIDATOR, size.validators());
          ValidatorFault fault = ValidatorFault.parse(kind);
          if (fault == ValidatorFault.NONE) {
            throw wrong(text, "one of " + ValidatorFault.SYNTAX + "; the others fail in nothing");
          }
          once(text, validators.put(number, fault) == null);
        } else if (who.startsWith(GATEWAY)) {
          int number = number(text, who, GATEWAY, size.gateways());
          GatewayFault fault = GatewayFault.parse(kind);
          if (number == 1) {
            throw wrong(
                text,
                "gateway-2 or a later one, with --gateways 2: the first serves the session that the"
                    + " devnet opens");
          }
          once(text, gateways.put(number, fault) == null);
        } else {
          int number = number(text, who, COMPUTE, size.nodes());
          nodes.computeIfAbsent(number, _ -> new ArrayList<>()).add(Fault.parse(kind));
          nodeTexts.computeIfAbsent(number, _ -> new ArrayList<>()).add(kind);
        }
      }
      if (kind.equalsIgnoreCase(ValidatorFault.COLLUDE.label())
          && members.length < LEAST_COLLUDING) {
        throw wrong(text, "two or more, such as collude@validator-1+validator-2");
      }
    }
    return new FaultPlan(nodes, nodeTexts, new PartyFaults(validators, gateways));
  }

  private static void once(String text, boolean first) {
    if (!first) {
      throw wrong(text, "one kind for each validator and gateway");
    }
  }

  private static int number(String text, String who, String party, int most) {
    String digits = who.startsWith(party) ? who.substring(party.length()) : who;
    if (!digits.matches("[0-9]{1,2}")
        || Integer.parseInt(digits) < 1
        || Integer.parseInt(digits) > most) {
      throw wrong(
          text,
          "KIND@WHO, with WHO one of " + WHO + "; there are " + party + "1 to " + party + most);
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException wrong(String text, String expected) {
    return new IllegalArgumentException("fault: " + text + " (expected: " + expected + ")");
  }
}
