package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The functions of llama.cpp that the engine calls, with Java's types and nothing added. */
@SuppressWarnings("restricted") // Calling native code is this class's one job.
final class LlamaApi {
  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup symbols;

  private final Map<String, MethodHandle> rare = new ConcurrentHashMap<>();

  private final MethodHandle modelDefaults;
  private final MethodHandle contextDefaults;
  private final MethodHandle loadModel;
  private final MethodHandle freeModel;
  private final MethodHandle newContext;
  private final MethodHandle freeContext;
  private final MethodHandle decode;
  private final MethodHandle logits;
  private final MethodHandle setAbort;
  private final MethodHandle tokenize;
  private final MethodHandle piece;
  private final MethodHandle isEnd;
  private final MethodHandle metaValue;
  private final MethodHandle remove;
  private final MethodHandle copy;
  private final MethodHandle lastPosition;
  private final MethodHandle embeddings;

  LlamaApi(Path library) {
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.modelDefaults = bind("llama_model_default_params", Layouts.MODEL_PARAMS);
    this.contextDefaults = bind("llama_context_default_params", Layouts.CONTEXT_PARAMS);
    this.loadModel = bind("llama_model_load_from_file", ADDRESS, ADDRESS, Layouts.MODEL_PARAMS);
    this.freeModel = bindVoid("llama_model_free", ADDRESS);
    this.newContext = bind("llama_init_from_model", ADDRESS, ADDRESS, Layouts.CONTEXT_PARAMS);
    this.freeContext = bindVoid("llama_free", ADDRESS);
    this.decode = bind("llama_decode", JAVA_INT, ADDRESS, Layouts.BATCH);
    this.logits = bind("llama_get_logits_ith", ADDRESS, ADDRESS, JAVA_INT);
    this.setAbort = bindVoid("llama_set_abort_callback", ADDRESS, ADDRESS, ADDRESS);
    this.tokenize =
        bind(
            "llama_tokenize",
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_BOOLEAN,
            JAVA_BOOLEAN);
    this.piece =
        bind(
            "llama_token_to_piece",
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_BOOLEAN);
    this.isEnd = bind("llama_vocab_is_eog", JAVA_BOOLEAN, ADDRESS, JAVA_INT);
    this.metaValue =
        bind("llama_model_meta_val_str", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    this.remove = bind("llama_memory_seq_rm", JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    this.copy = bindVoid("llama_memory_seq_cp", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    this.lastPosition = bind("llama_memory_seq_pos_max", JAVA_INT, ADDRESS, JAVA_INT);
    this.embeddings = bind("llama_get_embeddings_seq", ADDRESS, ADDRESS, JAVA_INT);
  }

  private MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
    return linker.downcallHandle(
        symbols.findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  private MethodHandle bindVoid(String name, MemoryLayout... arguments) {
    return linker.downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
  }

  // Method handles declare Throwable; native code throws nothing.
  private static AssertionError unexpected(Throwable thrown) {
    return new AssertionError("a native call threw", thrown);
  }

  /** A function of no arguments, or of one pointer, that returns nothing. Rarely called ones. */
  void callVoid(String name, MemorySegment... pointers) {
    MemoryLayout[] layouts = new MemoryLayout[pointers.length];
    java.util.Arrays.fill(layouts, ADDRESS);
    try {
      bindVoid(name, layouts).invokeWithArguments((Object[]) pointers);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A function of pointers that returns a pointer. Rarely called ones. */
  MemorySegment callPointer(String name, MemorySegment... pointers) {
    MemoryLayout[] layouts = new MemoryLayout[pointers.length];
    java.util.Arrays.fill(layouts, ADDRESS);
    try {
      return (MemorySegment) bind(name, ADDRESS, layouts).invokeWithArguments((Object[]) pointers);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A function of one pointer that returns a 32-bit number. Rarely called ones. */
  int callInt(String name, MemorySegment pointer) {
    try {
      return (int) bind(name, JAVA_INT, ADDRESS).invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A function of a pointer and a 32-bit number that returns such a number. Rarely called ones. */
  int callInt(String name, MemorySegment pointer, int number) {
    try {
      return (int) rare(name, JAVA_INT).invokeExact(pointer, number);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A function of a pointer and a 32-bit number that returns a pointer. Rarely called ones. */
  MemorySegment callPointer(String name, MemorySegment pointer, int number) {
    try {
      return (MemorySegment) rare(name, ADDRESS).invokeExact(pointer, number);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private MethodHandle rare(String name, MemoryLayout result) {
    return rare.computeIfAbsent(name, key -> bind(key, result, ADDRESS, JAVA_INT));
  }

  /** A function of one pointer that returns a bool. Rarely called ones. */
  boolean callBoolean(String name, MemorySegment pointer) {
    try {
      return (boolean) bind(name, JAVA_BOOLEAN, ADDRESS).invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A C string the library owns, or null for NULL. */
  static @org.jspecify.annotations.Nullable String string(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? null
        : pointer.reinterpret(Integer.MAX_VALUE).getString(0);
  }

  MemorySegment modelDefaults(SegmentAllocator allocator) {
    try {
      return (MemorySegment) modelDefaults.invokeExact(allocator);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  MemorySegment contextDefaults(SegmentAllocator allocator) {
    try {
      return (MemorySegment) contextDefaults.invokeExact(allocator);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Rarely called. */
  MemorySegment quantizeDefaults(SegmentAllocator allocator) {
    try {
      return (MemorySegment)
          bind("llama_model_quantize_default_params", Layouts.QUANTIZE_PARAMS)
              .invokeExact(allocator);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Rarely called. */
  int quantize(MemorySegment source, MemorySegment target, MemorySegment params) {
    try {
      return (int)
          bind("llama_model_quantize", JAVA_INT, ADDRESS, ADDRESS, ADDRESS)
              .invokeExact(source, target, params);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  MemorySegment loadModel(MemorySegment path, MemorySegment params) {
    try {
      return (MemorySegment) loadModel.invokeExact(path, params);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  void freeModel(MemorySegment model) {
    try {
      freeModel.invokeExact(model);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  MemorySegment newContext(MemorySegment model, MemorySegment params) {
    try {
      return (MemorySegment) newContext.invokeExact(model, params);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  void freeContext(MemorySegment context) {
    try {
      freeContext.invokeExact(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int decode(MemorySegment context, MemorySegment batch) {
    try {
      return (int) decode.invokeExact(context, batch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  MemorySegment logits(MemorySegment context, int index) {
    try {
      return (MemorySegment) logits.invokeExact(context, index);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  MemorySegment embeddings(MemorySegment context, int sequence) {
    try {
      return (MemorySegment) embeddings.invokeExact(context, sequence);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  void setAbort(MemorySegment context, MemorySegment callback) {
    try {
      setAbort.invokeExact(context, callback, MemorySegment.NULL);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int tokenize(
      MemorySegment vocabulary,
      MemorySegment text,
      int bytes,
      MemorySegment tokens,
      int capacity,
      boolean addSpecial,
      boolean parseSpecial) {
    try {
      return (int)
          tokenize.invokeExact(vocabulary, text, bytes, tokens, capacity, addSpecial, parseSpecial);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int piece(MemorySegment vocabulary, int token, MemorySegment buffer, int capacity) {
    try {
      return (int) piece.invokeExact(vocabulary, token, buffer, capacity, 0, false);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  boolean isEnd(MemorySegment vocabulary, int token) {
    try {
      return (boolean) isEnd.invokeExact(vocabulary, token);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int metaValue(MemorySegment model, MemorySegment key, MemorySegment buffer, long capacity) {
    try {
      return (int) metaValue.invokeExact(model, key, buffer, capacity);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  boolean remove(MemorySegment memory, int sequence, int from, int to) {
    try {
      return (boolean) remove.invokeExact(memory, sequence, from, to);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Copies a whole sequence; the library supports no part of one between streams. */
  void copy(MemorySegment memory, int source, int target) {
    try {
      copy.invokeExact(memory, source, target, -1, -1);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int lastPosition(MemorySegment memory, int sequence) {
    try {
      return (int) lastPosition.invokeExact(memory, sequence);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
