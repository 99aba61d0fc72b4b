package io.myelin.gateway.hub;

import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.ExamPaper;

/**
 * What a node signed to show that it is alive, and able.
 *
 * @param paper its answers to the exam of the hello's nonce
 */
public record SignedHello(NodeHello hello, Signature signature, ExamPaper paper) {}
