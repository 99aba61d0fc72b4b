package io.myelin.gateway.hub;

import io.myelin.gateway.session.ExamFigures;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.ExamPaper;
import java.util.List;

/**
 * What a node signed to show that it is alive, and able.
 *
 * @param paper its answers to the exam of the hello's nonce
 * @param measured how long each of them took
 */
public record SignedHello(
    NodeHello hello, Signature signature, ExamPaper paper, List<ExamFigures.Measured> measured) {}
