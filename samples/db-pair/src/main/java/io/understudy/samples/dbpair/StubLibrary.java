package io.understudy.samples.dbpair;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A shared library for x86_64 Linux, written byte by byte, for machines that lack the real one.
 *
 * <p>MySQL's binary names {@code libaio.so.1} and {@code libnuma.so.1}, which many machines and
 * nearly all containers do not have, and it does not start without them, although it needs next to
 * nothing of them. A compiler or a package manager is more than a test may ask for, so this class
 * writes the few functions as machine code: the ones of libaio are plain system calls, as they are
 * in the real library; the ones of libnuma answer "not available".
 *
 * <p>The file is the least that the dynamic loader accepts: a header, four program headers, and the
 * tables that the {@code PT_DYNAMIC} segment points at. There are no section headers, which only
 * linkers and debuggers read.
 */
final class StubLibrary {

  /** One exported function: its symbol, the symbol's version, at most 16 bytes of code in hex. */
  private record Function(String symbol, String version, String code) {
    byte[] codeBytes() {
      return bytes(code);
    }
  }

  /** Where the tables lie in the file. Every one is also found at its file offset in memory. */
  private record Layout(
      int hash,
      int symbols,
      int strings,
      int symbolVersions,
      int versions,
      int code,
      int dynamic) {}

  private static final int ELF_HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int PROGRAM_HEADERS = 4;
  private static final int SYMBOL_SIZE = 24;
  private static final int VERSION_SIZE = 28;
  private static final int CODE_SIZE = 16;
  private static final int DYNAMIC_ENTRY_SIZE = 16;
  private static final int DYNAMIC_ENTRIES = 10;

  /** The loader writes into the dynamic table, so that it gets a page of its own. */
  private static final int DYNAMIC_SHIFT = 0x1000;

  private static final int READ_EXECUTE = 5;
  private static final int READ_WRITE = 6;

  private final String soname;
  private final List<Function> functions;
  private final List<String> versionNames;
  private final Map<String, Integer> stringOffsets = new HashMap<>();
  private final byte[] strings;
  private final Layout layout;

  private StubLibrary(String soname, List<Function> functions) {
    this.soname = soname;
    this.functions = functions;
    this.versionNames = functions.stream().map(Function::version).distinct().toList();
    this.strings = collectStrings();
    this.layout = layOut();
  }

  /** The stub for a library's file name, if one can be written. */
  static Optional<StubLibrary> named(String soname) {
    return switch (soname) {
      case "libaio.so.1" -> Optional.of(libaio());
      case "libnuma.so.1" -> Optional.of(libnuma());
      default -> Optional.empty();
    };
  }

  private static StubLibrary libaio() {
    return new StubLibrary(
        "libaio.so.1",
        List.of(
            new Function("io_submit", "LIBAIO_0.1", systemCall(209)),
            new Function("io_setup", "LIBAIO_0.4", systemCall(206)),
            new Function("io_getevents", "LIBAIO_0.4", systemCallWithFourthArgument(208))));
  }

  private static StubLibrary libnuma() {
    String zero = "31 c0 c3"; // xor eax, eax; ret
    String minusOne = "48 c7 c0 ff ff ff ff c3"; // mov rax, -1; ret
    return new StubLibrary(
        "libnuma.so.1",
        List.of(
            new Function("numa_available", "libnuma_1.1", minusOne),
            new Function("mbind", "libnuma_1.1", minusOne),
            new Function("numa_free", "libnuma_1.1", minusOne),
            new Function("set_mempolicy", "libnuma_1.1", minusOne),
            new Function("numa_alloc_local", "libnuma_1.1", zero),
            new Function("numa_bitmask_free", "libnuma_1.2", zero),
            new Function("numa_get_mems_allowed", "libnuma_1.2", zero)));
  }

  /** mov eax, number; syscall; ret. The kernel answers -errno, as libaio does. */
  private static String systemCall(int number) {
    return "b8 %02x 00 00 00 0f 05 c3".formatted(number);
  }

  /**
   * The fourth argument of a function is in rcx, that of a system call in r10: mov r10, rcx first.
   */
  private static String systemCallWithFourthArgument(int number) {
    return "49 89 ca b8 %02x 00 00 00 0f 05 c3".formatted(number);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }

  /** The bytes of the file. */
  byte[] bytes() {
    ByteBuffer file = ByteBuffer.allocate(layout.dynamic() + dynamicSize());
    file.order(ByteOrder.LITTLE_ENDIAN);
    writeElfHeader(file);
    writeProgramHeaders(file);
    writeHash(file);
    writeSymbols(file);
    file.put(layout.strings(), strings);
    writeVersions(file);
    writeCode(file);
    writeDynamic(file);
    return file.array();
  }

  private byte[] collectStrings() {
    List<String> all = new ArrayList<>(List.of("", soname)); // offset 0 means "no name"
    functions.forEach(function -> all.add(function.symbol()));
    all.addAll(versionNames);
    StringBuilder table = new StringBuilder();
    for (String string : all) {
      stringOffsets.put(string, table.length());
      table.append(string).append('\0');
    }
    return table.toString().getBytes(US_ASCII);
  }

  private Layout layOut() {
    int symbolCount = symbolCount();
    int hash = ELF_HEADER_SIZE + PROGRAM_HEADERS * PROGRAM_HEADER_SIZE;
    int symbols = align(hash + 4 * (3 + symbolCount), 8);
    int stringTable = symbols + SYMBOL_SIZE * symbolCount;
    int symbolVersions = align(stringTable + strings.length, 2);
    int versions = align(symbolVersions + 2 * symbolCount, 4);
    int code = align(versions + VERSION_SIZE * (1 + versionNames.size()), CODE_SIZE);
    int dynamic = code + CODE_SIZE * functions.size();
    return new Layout(hash, symbols, stringTable, symbolVersions, versions, code, dynamic);
  }

  private static int align(int position, int size) {
    return (position + size - 1) / size * size;
  }

  /** The functions and the obligatory empty symbol 0. */
  private int symbolCount() {
    return functions.size() + 1;
  }

  private static int dynamicSize() {
    return DYNAMIC_ENTRIES * DYNAMIC_ENTRY_SIZE;
  }

  private int stringOffset(String string) {
    Integer offset = stringOffsets.get(string);
    if (offset == null) {
      throw new IllegalStateException("not in the string table of " + soname + ": " + string);
    }
    return offset;
  }

  private void writeElfHeader(ByteBuffer file) {
    file.position(0);
    file.put(
        bytes("7f 45 4c 46 02 01 01 00 00 00 00 00 00 00 00 00")); // ELF, 64 bit, little endian
    file.putShort((short) 3).putShort((short) 62).putInt(1); // shared object, x86_64, version 1
    file.putLong(0).putLong(ELF_HEADER_SIZE).putLong(0).putInt(0); // no entry; program headers
    file.putShort((short) ELF_HEADER_SIZE);
    file.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) PROGRAM_HEADERS);
    file.putShort((short) 64).putInt(0); // no section headers
  }

  private void writeProgramHeaders(ByteBuffer file) {
    int load = 1;
    int dynamic = 2;
    int gnuStack = 0x6474e551; // present and without "execute": the process keeps a safe stack
    int at = layout.dynamic();
    writeProgramHeader(file, load, READ_EXECUTE, 0, at);
    file.putLong(0x1000);
    writeProgramHeader(file, load, READ_WRITE, at, dynamicSize());
    file.putLong(0x1000);
    writeProgramHeader(file, dynamic, READ_WRITE, at, dynamicSize());
    file.putLong(8);
    writeProgramHeader(file, gnuStack, READ_WRITE, 0, 0);
    file.putLong(16);
  }

  /** All but the alignment, which follows it. */
  private static void writeProgramHeader(ByteBuffer file, int type, int flags, int at, int size) {
    long address = at == 0 ? 0 : at + DYNAMIC_SHIFT;
    file.putInt(type).putInt(flags).putLong(at).putLong(address).putLong(address);
    file.putLong(size).putLong(size);
  }

  /** A hash table of one bucket, which makes the chain a plain list of all symbols. */
  private void writeHash(ByteBuffer file) {
    file.position(layout.hash());
    file.putInt(1).putInt(symbolCount()).putInt(1);
    file.putInt(0); // symbol 0 ends no chain and starts none
    for (int symbol = 1; symbol < symbolCount(); symbol++) {
      boolean last = symbol + 1 == symbolCount();
      file.putInt(last ? 0 : symbol + 1);
    }
  }

  private void writeSymbols(ByteBuffer file) {
    byte globalFunction = 0x12;
    file.position(layout.symbols() + SYMBOL_SIZE);
    for (int i = 0; i < functions.size(); i++) {
      Function function = functions.get(i);
      file.putInt(stringOffset(function.symbol())).put(globalFunction).put((byte) 0);
      file.putShort((short) 1); // any section but "undefined"
      file.putLong(layout.code() + CODE_SIZE * (long) i).putLong(function.codeBytes().length);
    }
  }

  /** Symbol versions: which version each symbol has, and the definition of each version. */
  private void writeVersions(ByteBuffer file) {
    file.position(layout.symbolVersions());
    file.putShort((short) 0); // symbol 0
    for (Function function : functions) {
      // Version 1 is the library itself, so that the named ones begin at 2.
      file.putShort((short) (2 + versionNames.indexOf(function.version())));
    }
    file.position(layout.versions());
    List<String> definitions = new ArrayList<>(List.of(soname));
    definitions.addAll(versionNames);
    for (int i = 0; i < definitions.size(); i++) {
      writeVersion(file, definitions.get(i), i + 1, i + 1 == definitions.size());
    }
  }

  private void writeVersion(ByteBuffer file, String name, int index, boolean last) {
    int base = index == 1 ? 1 : 0;
    int nameRecordAt = 20;
    file.putShort((short) 1).putShort((short) base).putShort((short) index).putShort((short) 1);
    file.putInt(elfHash(name)).putInt(nameRecordAt).putInt(last ? 0 : VERSION_SIZE);
    file.putInt(stringOffset(name)).putInt(0);
  }

  private void writeCode(ByteBuffer file) {
    for (int i = 0; i < functions.size(); i++) {
      file.put(layout.code() + CODE_SIZE * i, functions.get(i).codeBytes());
    }
  }

  private void writeDynamic(ByteBuffer file) {
    file.position(layout.dynamic());
    writeDynamicEntry(file, 14, stringOffset(soname)); // DT_SONAME
    writeDynamicEntry(file, 4, layout.hash()); // DT_HASH
    writeDynamicEntry(file, 5, layout.strings()); // DT_STRTAB
    writeDynamicEntry(file, 6, layout.symbols()); // DT_SYMTAB
    writeDynamicEntry(file, 10, strings.length); // DT_STRSZ
    writeDynamicEntry(file, 11, SYMBOL_SIZE); // DT_SYMENT
    writeDynamicEntry(file, 0x6ffffff0, layout.symbolVersions()); // DT_VERSYM
    writeDynamicEntry(file, 0x6ffffffc, layout.versions()); // DT_VERDEF
    writeDynamicEntry(file, 0x6ffffffd, 1 + versionNames.size()); // DT_VERDEFNUM
    writeDynamicEntry(file, 0, 0); // DT_NULL
  }

  private static void writeDynamicEntry(ByteBuffer file, int tag, int value) {
    file.putLong(tag).putLong(value);
  }

  /** The hash that the ELF specification prescribes for version names. */
  private static int elfHash(String name) {
    long hash = 0;
    for (byte character : name.getBytes(US_ASCII)) {
      hash = (hash << 4) + character;
      long high = hash & 0xf0000000L;
      hash = (hash ^ (high >>> 24)) & ~high;
    }
    return (int) hash;
  }
}
