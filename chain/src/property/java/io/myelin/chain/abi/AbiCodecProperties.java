package io.myelin.chain.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.myelin.chain.Bytes;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.web3j.abi.DefaultFunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.abi.datatypes.generated.Int256;
import org.web3j.abi.datatypes.generated.Uint256;

/** What is encoded is decoded; web3j encodes the same; and no bytes at all break the decoder. */
class AbiCodecProperties {
  @Property(tries = 1000)
  void decodingUndoesEncoding(@ForAll long seed) {
    Random random = new Random(seed);
    List<AbiType> types = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      AbiType type = type(random, 3);
      types.add(type);
      values.add(value(type, random));
    }
    Bytes encoded = AbiCodec.encode(types, values);
    assertThat(AbiCodec.decode(types, encoded)).isEqualTo(values);
  }

  @Property(tries = 2000)
  void noBytesBreakTheDecoder(@ForAll long seed, @ForAll @IntRange(max = 20) int words) {
    Random random = new Random(seed);
    byte[] data = new byte[32 * words + random.nextInt(32)];
    for (int i = 0; i < words; i++) {
      // Mostly small numbers: offsets and lengths that mean something.
      data[32 * i + 31] = (byte) (32 * random.nextInt(words + 1));
      if (random.nextInt(4) == 0) {
        data[32 * i + random.nextInt(32)] = (byte) random.nextInt();
      }
    }
    List<AbiType> types = List.of(type(random, 4), type(random, 4));
    assertThatCode(
            () -> {
              try {
                AbiCodec.decode(types, Bytes.of(data));
              } catch (AbiException e) {
                assertThat(e).hasMessageNotContaining("null");
              }
            })
        .doesNotThrowAnyException();
  }

  @Property(tries = 300)
  @SuppressWarnings("rawtypes") // web3j's own signature
  void encodesAsWeb3jDoes(@ForAll long seed) {
    Random random = new Random(seed);
    BigInteger number = new BigInteger(255, random);
    byte[] word = new byte[32];
    random.nextBytes(word);
    byte[] bytes = new byte[random.nextInt(100)];
    random.nextBytes(bytes);
    String text = "x".repeat(random.nextInt(70)) + "é";
    List<BigInteger> list = List.of(number, BigInteger.ONE, BigInteger.TEN);
    List<Type> theirs =
        List.of(
            new Uint256(number),
            new Int256(number.negate()),
            new Bytes32(word),
            new DynamicBytes(bytes),
            new Utf8String(text),
            new org.web3j.abi.datatypes.Address("0x" + "ab".repeat(20)),
            new DynamicArray<>(Uint256.class, list.stream().map(Uint256::new).toList()));
    Bytes ours =
        AbiCodec.encode(
            List.of(
                new AbiType.Uint(256),
                new AbiType.Int(256),
                new AbiType.FixedBytes(32),
                new AbiType.ByteString(),
                new AbiType.Text(),
                new AbiType.Account(),
                new AbiType.Sequence(new AbiType.Uint(256))),
            List.of(
                number,
                number.negate(),
                Bytes.of(word),
                Bytes.of(bytes),
                text,
                Address.parse("0x" + "ab".repeat(20)),
                list));
    assertThat(ours.hex()).isEqualTo(new DefaultFunctionEncoder().encodeParameters(theirs));
  }

  private static AbiType type(Random random, int depth) {
    int kind = random.nextInt(depth > 0 ? 10 : 7);
    return switch (kind) {
      case 0 -> new AbiType.Uint(8 * (1 + random.nextInt(32)));
      case 1 -> new AbiType.Int(8 * (1 + random.nextInt(32)));
      case 2 -> new AbiType.Account();
      case 3 -> new AbiType.Bool();
      case 4 -> new AbiType.FixedBytes(1 + random.nextInt(32));
      case 5 -> new AbiType.ByteString();
      case 6 -> new AbiType.Text();
      case 7 -> new AbiType.Sequence(type(random, depth - 1));
      case 8 -> new AbiType.FixedSequence(type(random, depth - 1), 1 + random.nextInt(3));
      default ->
          new AbiType.Tuple(
              List.of(type(random, depth - 1), type(random, depth - 1), type(random, depth - 1)));
    };
  }

  private static Object value(AbiType type, Random random) {
    return switch (type) {
      case AbiType.Uint(int bits) -> new BigInteger(bits, random);
      case AbiType.Int(int bits) ->
          random.nextBoolean()
              ? new BigInteger(bits - 1, random)
              : new BigInteger(bits - 1, random).not();
      case AbiType.Account _ -> {
        byte[] bytes = new byte[20];
        random.nextBytes(bytes);
        yield Address.of(bytes);
      }
      case AbiType.Bool _ -> random.nextBoolean();
      case AbiType.FixedBytes(int length) -> {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        yield Bytes.of(bytes);
      }
      case AbiType.ByteString _ -> {
        byte[] bytes = new byte[random.nextInt(70)];
        random.nextBytes(bytes);
        yield Bytes.of(bytes);
      }
      case AbiType.Text _ -> "ä€😀".repeat(random.nextInt(12));
      case AbiType.Sequence(AbiType element) -> {
        Object[] list = new Object[random.nextInt(4)];
        Arrays.setAll(list, _ -> value(element, random));
        yield List.of(list);
      }
      case AbiType.FixedSequence(AbiType element, int length) -> {
        Object[] list = new Object[length];
        Arrays.setAll(list, _ -> value(element, random));
        yield List.of(list);
      }
      case AbiType.Tuple(List<AbiType> components) ->
          components.stream().map(component -> value(component, random)).toList();
    };
  }
}
