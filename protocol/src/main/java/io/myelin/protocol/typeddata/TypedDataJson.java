package io.myelin.protocol.typeddata;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.FixedBytes;
import java.math.BigInteger;

/** Writes typed data in the JSON form of {@code eth_signTypedData_v4}. */
final class TypedDataJson implements FieldWriter {
  private final FieldCursor cursor;
  private final ObjectNode object = JsonNodeFactory.instance.objectNode();

  private TypedDataJson(StructType type) {
    this.cursor = new FieldCursor(type);
  }

  static String write(Eip712Domain domain, TypedStruct message) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode types = root.putObject("types");
    types.set(domain.type().name(), fields(domain.type()));
    types.set(message.type().name(), fields(message.type()));
    root.put("primaryType", message.type().name());
    root.set("domain", values(domain));
    root.set("message", values(message));
    return root.toString();
  }

  private static ArrayNode fields(StructType type) {
    ArrayNode fields = JsonNodeFactory.instance.arrayNode();
    for (StructType.Field field : type.fields()) {
      fields.addObject().put("name", field.name()).put("type", field.type());
    }
    return fields;
  }

  private static ObjectNode values(TypedStruct struct) {
    TypedDataJson json = new TypedDataJson(struct.type());
    struct.writeTo(json);
    json.cursor.finish();
    return json.object;
  }

  @Override
  public void bytes32(FixedBytes value) {
    object.put(cursor.next("bytes32").name(), "0x" + value.hex());
  }

  @Override
  public void address(Address value) {
    object.put(cursor.next("address").name(), value.toString());
  }

  @Override
  public void bool(boolean value) {
    object.put(cursor.next("bool").name(), value);
  }

  @Override
  public void string(String value) {
    object.put(cursor.next("string").name(), value);
  }

  @Override
  public void uint(BigInteger value) {
    // As text: a JSON number beyond 2^53 does not survive JavaScript.
    object.put(cursor.nextUnsigned(value).name(), value.toString());
  }
}
