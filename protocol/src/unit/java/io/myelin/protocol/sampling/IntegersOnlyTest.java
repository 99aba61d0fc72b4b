package io.myelin.protocol.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No float enters the replay: not an instruction, not a type, in no class but the one that may. */
class IntegersOnlyTest {
  private static final String FLOAT_OPCODE =
      "[FD](LOAD|STORE|ALOAD|ASTORE|CONST|ADD|SUB|MUL|DIV|REM|NEG|CMP|RETURN|2).*|.*2[FD]";

  @Test
  void shouldHoldNoFloatAnywhere() throws Exception {
    List<Path> classes = classes();
    assertThat(classes).hasSizeGreaterThan(5);
    for (Path file : classes) {
      boolean converts = file.getFileName().toString().startsWith("SamplingIntegers");
      if (converts) {
        // Proves that this test would see one.
        assertThat(floats(file)).isNotEmpty();
      } else {
        assertThat(floats(file)).as(file.getFileName().toString()).isEmpty();
      }
    }
  }

  private static List<Path> classes() throws IOException, URISyntaxException {
    Path folder =
        Path.of(TokenChooser.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files =
        Files.list(folder.resolve(TokenChooser.class.getPackageName().replace('.', '/')))) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  private static List<String> floats(Path file) throws IOException {
    ClassModel model = ClassFile.of().parse(file);
    List<String> found = new ArrayList<>();
    model
        .fields()
        .forEach(
            field -> {
              if (isFloat(field.fieldTypeSymbol())) {
                found.add("field " + field.fieldName());
              }
            });
    for (MethodModel method : model.methods()) {
      String at = method.methodName().stringValue();
      if (isFloat(method.methodTypeSymbol())) {
        found.add("signature of " + at);
      }
      method.code().ifPresent(code -> code.forEach(element -> look(element, at, found)));
    }
    return found;
  }

  private static void look(CodeElement element, String at, List<String> found) {
    if (!(element instanceof Instruction instruction)) {
      return;
    }
    boolean hit =
        instruction.opcode().name().matches(FLOAT_OPCODE)
            || switch (instruction) {
              case ConstantInstruction constant -> isFloat(constant.typeKind().upperBound());
              case InvokeInstruction invoke -> isFloat(invoke.typeSymbol());
              case FieldInstruction field -> isFloat(field.typeSymbol());
              case NewPrimitiveArrayInstruction array -> isFloat(array.typeKind().upperBound());
              default -> false;
            };
    if (hit) {
      found.add(instruction.opcode() + " in " + at);
    }
  }

  private static boolean isFloat(MethodTypeDesc type) {
    return isFloat(type.returnType())
        || type.parameterList().stream().anyMatch(IntegersOnlyTest::isFloat);
  }

  private static boolean isFloat(ClassDesc type) {
    return type.descriptorString().matches("\\[*[FD]|\\[*Ljava/lang/(Float|Double);");
  }
}
