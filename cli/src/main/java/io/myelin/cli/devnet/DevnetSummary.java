package io.myelin.cli.devnet;

import io.myelin.cli.Folders;
import io.myelin.client.ClientSession;
import java.io.PrintWriter;
import java.util.Locale;

/** Says what runs where and what to type next. */
final class DevnetSummary {
  private DevnetSummary() {}

  static void print(Devnet devnet, double seconds, boolean foreground, PrintWriter out) {
    ClientSession session = devnet.session();
    String url = devnet.gateways().getFirst().url().toString();
    out.printf(Locale.ROOT, "Myelin devnet is ready (%.1f s).%n%n", seconds);
    out.printf(
        "  %-10s  %s  pid %d  directory %s%n",
        "chain",
        devnet.chain().rpc(),
        devnet.chain().pid(),
        devnet.chain().network().directory().address());
    for (RegistryMember registry : devnet.registries()) {
      line(out, registry.member(), registry.url().toString());
    }
    for (ValidatorMember validator : devnet.validators()) {
      line(out, validator.member(), validator.url().toString());
    }
    for (GatewayMember gateway : devnet.gateways()) {
      line(out, gateway.member(), gateway.url().toString());
    }
    SubnetLayout layout = devnet.plan().layout();
    for (int number = 1; number <= devnet.computeNodes().size(); number++) {
      line(
          out,
          devnet.computeNodes().get(number - 1),
          String.join(" + ", layout.modelsOfNode(number, devnet.starter().modelIds()))
              + ", "
              + DevnetPlan.SLOTS
              + " slots");
    }
    for (int number = 1; layout.subnets() > 1 && number <= layout.subnets(); number++) {
      out.printf(
          "  %-10s  %s  %s, gateways %s%n",
          SubnetLayout.name(number).text(),
          "0x" + devnet.chain().subnetIds().get(number - 1),
          String.join(" + ", layout.modelsOf(number, devnet.starter().modelIds())),
          layout.gatewaysOf(number));
    }
    out.println("  engine      " + devnet.starter().engine());
    out.println("  client      " + session.client() + "  session " + session.id());
    out.println("  data        " + DevnetFile.in(devnet.plan().data()));
    out.println("  not part of the network yet: dashboard");
    out.println();
    if (foreground) {
      boolean usual = devnet.plan().data().equals(Folders.devnet().toAbsolutePath());
      String data = usual ? "" : "--data " + devnet.plan().data() + " ";
      out.println("In another terminal:");
      out.println("  ./myelin chat " + data + "\"What is the capital of France?\"");
      out.println("or with any OpenAI client:");
      out.println("  export OPENAI_BASE_URL=" + url + "/v1 OPENAI_API_KEY=" + session.apiKey());
      out.println("without a gateway, on the chain alone:");
      out.println(
          "  ./myelin queue open "
              + data
              + "&& ./myelin queue ask "
              + data
              + "\"What is the capital of France?\"");
      out.println();
      out.println(
          "Where the money is:  ./myelin account money"
              + (data.isEmpty() ? "" : " " + data.strip()));
      out.println();
      out.println("Ctrl-C stops everything.");
    }
    out.flush();
  }

  private static void line(PrintWriter out, Member member, String what) {
    out.printf("  %-10s  %s  pid %d  %s%n", member.name(), member.id(), member.pid(), what);
  }
}
