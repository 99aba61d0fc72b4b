package io.myelin.committee.wire;

import com.google.protobuf.ByteString;
import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.v1.ConfigureSubnetRequest;
import io.myelin.v1.SubnetModel;

/** A subnet's configuration, to its message and back. */
public final class ConfigCodec {
  private ConfigCodec() {}

  /**
   * As a message.
   *
   * @param owner the subnet's owner's signature over what it asks for
   */
  public static ConfigureSubnetRequest message(ConfigProposal proposal, Signature owner) {
    ConfigureSubnetRequest.Builder message =
        ConfigureSubnetRequest.newBuilder()
            .setSubnetId(Fields.bytes(proposal.subnetId()))
            .setVersion(proposal.version())
            .setOwnerSignature(ByteString.copyFrom(owner.bytes()));
    for (ListedModel model : proposal.models().models()) {
      message.addModels(
          SubnetModel.newBuilder()
              .setModel(model.model())
              .setWeightsDigest(Fields.bytes(model.weightsDigest()))
              .setInputWei(Fields.wei(model.inputWei()))
              .setOutputWei(Fields.wei(model.outputWei())));
    }
    return message.build();
  }

  /**
   * Of a message.
   *
   * @throws IllegalArgumentException when a field is missing or a model is not well formed
   */
  public static ConfigProposal proposal(ConfigureSubnetRequest message) {
    return new ConfigProposal(
        Fields.digest("subnet_id", message.getSubnetId()),
        Fields.number("version", message.getVersion()),
        new SubnetModels(message.getModelsList().stream().map(ConfigCodec::model).toList()));
  }

  private static ListedModel model(SubnetModel model) {
    return new ListedModel(
        model.getModel(),
        Fields.digest("weights_digest", model.getWeightsDigest()),
        Fields.wei("input_wei", model.getInputWei()),
        Fields.wei("output_wei", model.getOutputWei()));
  }
}
