package io.myelin.contracts.terms;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.typeddata.AbsenceVerdict;
import io.myelin.protocol.typeddata.AppealVerdict;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.typeddata.FaultVerdict;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.typeddata.NodeVoucher;
import io.myelin.protocol.typeddata.OperatorConsent;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import io.myelin.protocol.typeddata.RoundRequest;
import io.myelin.protocol.typeddata.RoundResult;
import io.myelin.protocol.typeddata.SessionApproval;
import io.myelin.protocol.typeddata.SessionClose;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.typeddata.StructType;
import io.myelin.protocol.typeddata.SubnetConfig;
import io.myelin.protocol.typeddata.TaskCancel;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.typeddata.TaskOffer;
import io.myelin.protocol.typeddata.TaskRequest;
import io.myelin.protocol.typeddata.TaskVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The type strings that Java hashes are those that the contracts' source hashes. */
final class TypedSourceTest {
  private static final Pattern TYPE = Pattern.compile("keccak256\\(\\s*\"([A-Za-z]+\\([^\"]*\\))");

  @Test
  void shouldNameEveryStructAsTheContractsDo() throws IOException {
    Path sources = Path.of(System.getProperty("myelin.root", "..")).resolve("contracts/src");
    List<String> declared = new ArrayList<>();
    Matcher matcher =
        TYPE.matcher(
            Files.readString(sources.resolve("lib/Typed.sol"))
                + Files.readString(sources.resolve("ValidatorRegistry.sol")));
    while (matcher.find()) {
      declared.add(matcher.group(1));
    }

    assertThat(
            Stream.of(
                    NodeHello.TYPE,
                    TaskOffer.TYPE,
                    TaskCommit.TYPE,
                    SessionRequest.TYPE,
                    ReceiptAttestation.TYPE,
                    Attestation.TYPE,
                    SessionApproval.TYPE,
                    BatchSettlement.TYPE,
                    NodeVerdict.TYPE,
                    SubnetConfig.TYPE,
                    AbsenceVerdict.TYPE,
                    AppealVerdict.TYPE,
                    FaultVerdict.TYPE,
                    TaskVerdict.TYPE,
                    RoundRequest.TYPE,
                    RoundResult.TYPE,
                    NodeVoucher.TYPE,
                    OperatorConsent.TYPE,
                    SessionClose.TYPE,
                    TaskRequest.TYPE,
                    TaskCancel.TYPE)
                .map(StructType::typeString))
        .containsExactlyInAnyOrderElementsOf(declared);
  }
}
