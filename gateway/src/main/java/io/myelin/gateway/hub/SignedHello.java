package io.myelin.gateway.hub;

import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.typeddata.NodeHello;

/** What a node signed to show who it is, or that it is alive. */
public record SignedHello(NodeHello hello, Signature signature) {}
