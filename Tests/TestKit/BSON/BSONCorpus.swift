/// Documents of every type with edge values, and each class of malformed ones.
public enum BSONCorpus {
    /// All of them.
    public static let all = valid + nested + malformed + malformedLengths

    /// Documents without any below them.
    ///
    /// Elements are: type, key "a" (61 00) and value.
    public static let valid: [BSONCorpusCase] = [
        .init("no elements", ""),
        .init("double 0", "01 61 00 0000000000000000"),
        .init("double -0", "01 61 00 0000000000000080"),
        .init("double 1.5", "01 61 00 000000000000F83F"),
        .init("double infinity", "01 61 00 000000000000F07F"),
        .init("double NaN", "01 61 00 000000000000F87F"),
        .init("double NaN with a payload", "01 61 00 010000000000F87F"),
        .init("double, the smallest", "01 61 00 0100000000000000"),
        .init("string, empty", "02 61 00 01000000 00"),
        .init("string", "02 61 00 03000000 6869 00"),
        .init("string with a zero byte", "02 61 00 04000000 610062 00"),
        .init("string, two to four bytes a character", "02 61 00 0A000000 C3A4E282ACF09F92AC 00"),
        .init("binary, empty", "05 61 00 00000000 00"),
        .init("binary", "05 61 00 02000000 00 FFFE"),
        .init("binary of the old kind", "05 61 00 06000000 02 02000000 FFFE"),
        .init("binary of the old kind, empty", "05 61 00 04000000 02 00000000"),
        .init("binary of the user's kind", "05 61 00 01000000 80 01"),
        .init("UUID", "05 61 00 10000000 04 000102030405060708090A0B0C0D0E0F"),
        .init("undefined", "06 61 00", pymongo: "reads it as None and writes null"),
        .init("object id", "07 61 00 000102030405060708090A0B"),
        .init("false", "08 61 00 00"),
        .init("true", "08 61 00 01"),
        .init("dateTime 0", "09 61 00 0000000000000000"),
        .init("dateTime before 1970", "09 61 00 FFFFFFFFFFFFFFFF"),
        .init("dateTime, the year 1", "09 61 00 0028D3ED7CC7FFFF"),
        .init("dateTime, the largest", "09 61 00 FFFFFFFFFFFFFF7F"),
        .init("null", "0A 61 00"),
        .init("regex, empty", "0B 61 00 00 00"),
        .init("regex", "0B 61 00 5E6100 696D00"),
        .init("regex with options out of order", "0B 61 00 6100 6D6900", pymongo: "sorts the options"),
        .init("dbPointer", "0C 61 00 02000000 6200 000102030405060708090A0B", pymongo: "reads it as a DBRef"),
        .init("code", "0D 61 00 02000000 6600"),
        .init("symbol", "0E 61 00 02000000 7300", pymongo: "reads it as a string"),
        .init("code with scope", "0F 61 00 0F000000 02000000 6600 0500000000"),
        .init("code with a scope that holds something", "0F 61 00 16000000 02000000 6600 0C000000 10 7800 01000000 00"),
        .init("int32, the least", "10 61 00 00000080"),
        .init("int32, the largest", "10 61 00 FFFFFF7F"),
        .init("timestamp", "11 61 00 01000000 02000000"),
        .init("timestamp, the largest", "11 61 00 FFFFFFFF FFFFFFFF"),
        .init("int64, the least", "12 61 00 0000000000000080"),
        .init("int64, the largest", "12 61 00 FFFFFFFFFFFFFF7F"),
        .init("decimal128 0", "13 61 00 0000000000000000 0000000000004030"),
        .init("decimal128 NaN", "13 61 00 0000000000000000 000000000000007C"),
        .init("minKey", "FF 61 00"),
        .init("maxKey", "7F 61 00"),
        .init("empty key", "0A 00"),
        .init("key with a dollar and a point", "0A 24612E6200"),
        .init("key of eight bytes", "0A 616263646566676800"),
        .init("key of more than eight bytes", "0A 6162636465666768696A6B00"),
        .init("key that is not ASCII", "0A C3A400"),
        .init("the same key twice", "10 6100 01000000 10 6100 02000000", pymongo: "keeps the last"),
    ]

    /// Documents in documents.
    public static let nested: [BSONCorpusCase] = [
        .init("document, empty", "03 61 00 0500000000"),
        .init("array, empty", "04 61 00 0500000000"),
        .init("array", "04 61 00 0F000000 08 3000 01 0A 3100 0A 3200 00"),
        .init("array, keys out of order", "04 61 00 0B000000 0A 3100 0A 3000 00", pymongo: "numbers them anew"),
        .init("array, keys that are no numbers", "04 61 00 08000000 0A 7800 00", pymongo: "numbers them anew"),
        .init("array, empty keys", "04 61 00 07000000 0A 00 00", pymongo: "numbers them anew"),
        .init("documents and arrays in turn", bytes: levels(20)),
        .init("200 levels", bytes: levels(200)),
        .init("201 levels", bytes: levels(201), fault: "more than 200 levels", pymongo: "has no limit"),
    ]

    /// Faults in types, keys, ends, fixed sizes and texts.
    public static let malformed: [BSONCorpusCase] = [
        .init("no bytes", bytes: [], fault: "the document"),
        .init("four bytes", bytes: [4, 0, 0, 0], fault: "the document"),
        .init("length 0", bytes: [0, 0, 0, 0, 0], fault: "the document"),
        .init("length 4", bytes: [4, 0, 0, 0, 0], fault: "the document"),
        .init("length 6 of 5", bytes: [6, 0, 0, 0, 0], fault: "the document"),
        .init("length -1", bytes: [255, 255, 255, 255, 0], fault: "the document"),
        .init("length 2 GiB", bytes: [255, 255, 255, 127, 0], fault: "the document"),
        .init("a byte behind the end", bytes: [5, 0, 0, 0, 0, 0], fault: "the document"),
        .init("no end", bytes: [5, 0, 0, 0, 1], fault: "the document"),
        .init("end within", "00 0A 61 00", fault: "unknown"),
        .init("type 0x14", "14 61 00", fault: "a: the type is unknown"),
        .init("type 0x80", "80 61 00", fault: "a: the type is unknown"),
        .init("type without a key", "0A", fault: "the key does not end"),
        .init("key without an end", "0A 61", fault: "the key does not end"),
        .init("bool 2", "08 61 00 02", fault: "a: a bool"),
        .init("bool 255", "08 61 00 FF", fault: "a: a bool"),
        .init("bool without a value", "08 61 00", fault: "a: the value"),
        .init("double of 7 bytes", "01 61 00 00000000000000", fault: "a: the value"),
        .init("int32 of 3 bytes", "10 61 00 000000", fault: "a: the value"),
        .init("int64 of 7 bytes", "12 61 00 00000000000000", fault: "a: the value"),
        .init("dateTime of 7 bytes", "09 61 00 00000000000000", fault: "a: the value"),
        .init("timestamp of 7 bytes", "11 61 00 00000000000000", fault: "a: the value"),
        .init("object id of 11 bytes", "07 61 00 000102030405060708090A", fault: "a: the value"),
        .init("decimal128 of 15 bytes", "13 61 00 000000000000000000000000000000", fault: "a: the value"),
        .init("string that is not UTF-8", "02 61 00 02000000 FF 00", fault: "a: a text is not UTF-8"),
        .init("string with half a character", "02 61 00 03000000 E282 00", fault: "a: a text is not UTF-8"),
        .init("string with a surrogate", "02 61 00 04000000 EDA080 00", fault: "a: a text is not UTF-8"),
        .init("string with an overlong slash", "02 61 00 03000000 C0AF 00", fault: "a: a text is not UTF-8"),
        .init("string with an overlong zero", "02 61 00 03000000 C080 00", fault: "a: a text is not UTF-8"),
        .init("string beyond U+10FFFF", "02 61 00 05000000 F4908080 00", fault: "a: a text is not UTF-8"),
        .init("key that is not UTF-8", "0A FF 00", fault: "a text is not UTF-8"),
        .init("regex that is not UTF-8", "0B 61 00 FF00 00", fault: "a: a text is not UTF-8"),
        .init("code that is not UTF-8", "0D 61 00 02000000 FF00", fault: "a: a text is not UTF-8"),
        .init("symbol that is not UTF-8", "0E 61 00 02000000 FF00", fault: "a: a text is not UTF-8"),
    ]

    /// Faults in the lengths of values.
    public static let malformedLengths: [BSONCorpusCase] = [
        .init("string of length 0", "02 61 00 00000000 00", fault: "a: the length of a string"),
        .init("string of length -1", "02 61 00 FFFFFFFF 00", fault: "a: the length of a string"),
        .init("string longer than the document", "02 61 00 05000000 6100", fault: "a: the length of a string"),
        .init("string without its zero byte", "02 61 00 02000000 6161", fault: "a: a string does not end"),
        .init("string without a length", "02 61 00 0100", fault: "a: the value"),
        .init("binary of length -1", "05 61 00 FFFFFFFF 00", fault: "a: the length of a binary"),
        .init("binary longer than the document", "05 61 00 05000000 00 01", fault: "a: the length of a binary"),
        .init("old binary too short for its length", "05 61 00 03000000 02 000000", fault: "a: the length of a binary"),
        .init("old binary with two lengths", "05 61 00 05000000 02 02000000 01", fault: "a: the length of a binary"),
        .init("regex without options", "0B 61 00 6161", fault: "a: the key does not end"),
        .init("dbPointer without an id", "0C 61 00 02000000 6200", fault: "a: the value"),
        .init("document of length 4", "03 61 00 0400000000", fault: "a: the length of a document"),
        .init("document longer than its place", "03 61 00 0A00000000", fault: "a: the length of a document"),
        .init("document shorter than its elements", "03 61 00 07000000 0A 6200 00", fault: "the key does not end"),
        .init("document without an end", "03 61 00 0500000001", fault: "a: a document does not"),
        .init("array with a fault inside", "04 61 00 0C000000 0A 3000 08 3100 02 00", fault: "a[1]: a bool"),
        .init("document with a fault inside", "03 61 00 09000000 08 6200 03 00", fault: "a.b: a bool"),
        .init(
            "code with a length too small",
            "0F 61 00 0E000000 02000000 6600 0500000000",
            fault: "a: the length of code"
        ),
        .init(
            "code with a length too large",
            "0F 61 00 10000000 02000000 6600 0500000000",
            fault: "a: the length of code"
        ),
        .init("code with a string too long", "0F 61 00 0F000000 03000000 6600 0500000000", fault: "a: "),
        .init(
            "code with a scope too long",
            "0F 61 00 0F000000 02000000 6600 0600000000",
            fault: "a: the length of a doc"
        ),
        .init(
            "code without its zero byte",
            "0F 61 00 0F000000 02000000 6661 0500000000",
            fault: "a: the code",
            libbson: "does not look at this byte"
        ),
        .init("code without a scope", "0F 61 00 0A000000 02000000 6600", fault: "a: the value"),
        .init(
            "code with a fault in its scope",
            "0F 61 00 13000000 02000000 6600 09000000 08 7800 02 00",
            fault: "a.x: a bool"
        ),
    ]

    /// Documents in arrays in documents; the innermost is empty.
    private static func levels(_ count: Int) -> [UInt8] {
        (0..<count).reduce(into: BSONCorpusCase.document([])) { bytes, level in
            bytes = BSONCorpusCase.document([level.isMultiple(of: 2) ? 0x04 : 0x03, 0x30, 0] + bytes)
        }
    }
}
