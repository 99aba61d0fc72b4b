package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.AbiType.Account;
import io.myelin.chain.abi.AbiType.Bool;
import io.myelin.chain.abi.AbiType.ByteString;
import io.myelin.chain.abi.AbiType.FixedBytes;
import io.myelin.chain.abi.AbiType.FixedSequence;
import io.myelin.chain.abi.AbiType.Int;
import io.myelin.chain.abi.AbiType.Sequence;
import io.myelin.chain.abi.AbiType.Text;
import io.myelin.chain.abi.AbiType.Tuple;
import io.myelin.chain.abi.AbiType.Uint;
import io.myelin.protocol.ids.Address;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Values to ABI words and back. Decoding takes what any compiler writes and nothing else: every
 * offset and length is checked, padding must be clean, and the work is bounded by the data's size,
 * for the data comes from an endpoint that may lie.
 */
public final class AbiCodec {
  static final int WORD = 32;
  private static final BigInteger TWO_POW_256 = BigInteger.ONE.shiftLeft(256);

  private AbiCodec() {}

  /**
   * Encodes arguments.
   *
   * @throws AbiException when a value is not of its type or out of its range
   */
  public static Bytes encode(List<AbiType> types, List<?> values) {
    return Bytes.of(tuple(types, values));
  }

  /**
   * Decodes arguments.
   *
   * @throws AbiException when the data is too short or is not of these types
   */
  public static List<Object> decode(List<AbiType> types, Bytes data) {
    Reader reader = new Reader(data.toArray());
    return reader.tuple(types, 0);
  }

  private static byte[] tuple(List<AbiType> types, List<?> values) {
    if (types.size() != values.size()) {
      throw new AbiException(values.size() + " values (expected: " + types.size() + ")");
    }
    int offset = types.stream().mapToInt(AbiType::headLength).sum();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteArrayOutputStream tail = new ByteArrayOutputStream();
    for (int i = 0; i < types.size(); i++) {
      byte[] encoded = value(types.get(i), values.get(i));
      if (types.get(i).isDynamic()) {
        head.writeBytes(word(BigInteger.valueOf(offset + tail.size())));
        tail.writeBytes(encoded);
      } else {
        head.writeBytes(encoded);
      }
    }
    head.writeBytes(tail.toByteArray());
    return head.toByteArray();
  }

  private static byte[] value(AbiType type, Object value) {
    try {
      return switch (type) {
        case Uint(int bits) -> {
          BigInteger number = (BigInteger) value;
          if (number.signum() < 0 || number.bitLength() > bits) {
            throw new AbiException(type + ": " + number + " is out of its range");
          }
          yield word(number);
        }
        case Int(int bits) -> {
          BigInteger number = (BigInteger) value;
          if (number.bitLength() > bits - 1) {
            throw new AbiException(type + ": " + number + " is out of its range");
          }
          yield word(number.signum() < 0 ? number.add(TWO_POW_256) : number);
        }
        case Account _ -> word(new BigInteger(1, ((Address) value).bytes()));
        case Bool _ -> word((Boolean) value ? BigInteger.ONE : BigInteger.ZERO);
        case FixedBytes(int length) -> {
          Bytes bytes = (Bytes) value;
          if (bytes.size() != length) {
            throw new AbiException(type + ": " + bytes.size() + " bytes");
          }
          yield padded(bytes.toArray());
        }
        case ByteString _ -> counted(((Bytes) value).toArray());
        case Text _ -> counted(((String) value).getBytes(StandardCharsets.UTF_8));
        case Sequence(AbiType element) -> {
          List<?> list = (List<?>) value;
          yield join(
              word(BigInteger.valueOf(list.size())),
              tuple(Collections.nCopies(list.size(), element), list));
        }
        case FixedSequence(AbiType element, int length) ->
            tuple(Collections.nCopies(length, element), (List<?>) value);
        case Tuple(List<AbiType> components) -> tuple(components, (List<?>) value);
      };
    } catch (ClassCastException e) {
      throw new AbiException(type + ": a " + value.getClass().getSimpleName());
    }
  }

  static byte[] word(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] word = new byte[WORD];
    int length = Math.min(bytes.length, WORD);
    System.arraycopy(bytes, bytes.length - length, word, WORD - length, length);
    return word;
  }

  private static byte[] padded(byte[] bytes) {
    return Arrays.copyOf(bytes, (bytes.length + WORD - 1) / WORD * WORD);
  }

  private static byte[] counted(byte[] bytes) {
    return join(word(BigInteger.valueOf(bytes.length)), padded(bytes));
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  /** Walks the data; offsets count from the start of the enclosing tuple. */
  private static final class Reader {
    private final byte[] data;
    // Each word may be read about once: offsets that all point to one place cannot multiply work.
    private int budget;

    Reader(byte[] data) {
      this.data = data;
      this.budget = 2 * (data.length / WORD) + 16;
    }

    List<Object> tuple(List<AbiType> types, int start) {
      List<Object> values = new ArrayList<>(Math.min(types.size(), 64));
      int at = start;
      for (AbiType type : types) {
        if (type.isDynamic()) {
          int offset = length(at, type);
          values.add(value(type, checked(start + (long) offset, type)));
        } else {
          values.add(value(type, at));
        }
        at += type.headLength();
      }
      return Collections.unmodifiableList(values);
    }

    private Object value(AbiType type, int at) {
      return switch (type) {
        case Uint(int bits) -> {
          BigInteger number = number(at, type);
          if (number.bitLength() > bits) {
            throw unclean(type, at);
          }
          yield number;
        }
        case Int(int bits) -> {
          BigInteger number = new BigInteger(read(at, WORD, type));
          if (number.bitLength() > bits - 1) {
            throw unclean(type, at);
          }
          yield number;
        }
        case Account _ -> {
          byte[] word = read(at, WORD, type);
          checkZero(word, 0, WORD - Address.LENGTH, type, at);
          yield Address.of(Arrays.copyOfRange(word, WORD - Address.LENGTH, WORD));
        }
        case Bool _ -> {
          BigInteger number = number(at, type);
          if (number.bitLength() > 1) {
            throw unclean(type, at);
          }
          yield number.signum() != 0;
        }
        case FixedBytes(int length) -> {
          byte[] word = read(at, WORD, type);
          checkZero(word, length, WORD, type, at);
          yield Bytes.of(Arrays.copyOf(word, length));
        }
        case ByteString _ -> Bytes.of(counted(type, at));
        case Text _ -> new String(counted(type, at), StandardCharsets.UTF_8);
        case Sequence(AbiType element) -> {
          int count = length(at, type);
          int start = at + WORD;
          if ((long) count * Math.max(1, element.headLength()) > data.length - start) {
            throw beyond(type, at);
          }
          yield tuple(Collections.nCopies(count, element), start);
        }
        case FixedSequence(AbiType element, int length) ->
            tuple(Collections.nCopies(length, element), at);
        case Tuple(List<AbiType> components) -> tuple(components, at);
      };
    }

    private byte[] counted(AbiType type, int at) {
      int length = length(at, type);
      return read(at + WORD, length, type);
    }

    private BigInteger number(int at, AbiType type) {
      return new BigInteger(1, read(at, WORD, type));
    }

    private int length(int at, AbiType type) {
      BigInteger number = number(at, type);
      if (number.bitLength() > 31 || number.intValue() > data.length) {
        throw beyond(type, at);
      }
      return number.intValue();
    }

    private int checked(long at, AbiType type) {
      if (at > data.length) {
        throw new AbiException(type + ": offset " + at + " is behind the end, " + data.length);
      }
      return (int) at;
    }

    private byte[] read(int at, int length, AbiType type) {
      if (length > data.length - at) {
        throw beyond(type, at);
      }
      budget -= Math.max(1, length / WORD);
      if (budget < 0) {
        throw new AbiException(type + ": the data points to the same words again and again");
      }
      return Arrays.copyOfRange(data, at, at + length);
    }

    private static void checkZero(byte[] word, int from, int to, AbiType type, int at) {
      for (int i = from; i < to; i++) {
        if (word[i] != 0) {
          throw unclean(type, at);
        }
      }
    }

    private AbiException beyond(AbiType type, int at) {
      return new AbiException(
          type + " at byte " + at + ": more than the " + data.length + " bytes there are");
    }

    private static AbiException unclean(AbiType type, int at) {
      return new AbiException(type + " at byte " + at + ": out of range or unclean padding");
    }
  }
}
