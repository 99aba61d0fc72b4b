package io.myelin.gateway.pipeline;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.typeddata.Eip712Domain;

/** What the gateway signs with, and where its signatures count. */
public record GatewayIdentity(OperatorKey key, Eip712Domain domain) {}
