package io.myelin.cli.devnet.fault;

import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.validator.ValidatorFault;
import java.util.List;
import java.util.Map;

/**
 * Validators and gateways that fail on purpose, by their number from 1.
 *
 * @param validators each with one way to misbehave
 * @param gateways each with one way to cheat
 */
public record PartyFaults(
    Map<Integer, ValidatorFault> validators, Map<Integer, GatewayFault> gateways) {
  /** Nobody does. */
  public static final PartyFaults NONE = new PartyFaults(Map.of(), Map.of());

  /** Copies. */
  public PartyFaults {
    validators = Map.copyOf(validators);
    gateways = Map.copyOf(gateways);
  }

  /** Whether nobody does. */
  public boolean isEmpty() {
    return validators.isEmpty() && gateways.isEmpty();
  }

  /** How this validator misbehaves. */
  public ValidatorFault ofValidator(int number) {
    return validators.getOrDefault(number, ValidatorFault.NONE);
  }

  /** What this gateway makes of what was drawn and proven. */
  public Conduct ofGateway(int number) {
    GatewayFault fault = gateways.get(number);
    return fault == null ? Conduct.HONEST : fault.conduct();
  }

  /** The validators that misbehave so, in order. */
  public List<Integer> validators(ValidatorFault fault) {
    return validators.keySet().stream()
        .filter(number -> ofValidator(number) == fault)
        .sorted()
        .toList();
  }
}
