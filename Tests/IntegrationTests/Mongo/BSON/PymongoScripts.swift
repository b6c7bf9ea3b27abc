/// What pymongo's bson is asked to do.
///
/// Documents go in and out as lines of hexadecimal digits.
enum PymongoScripts {
    private static let options = #"""
        import sys, random, bson
        from bson import Int64, Regex, Code, Timestamp, Decimal128, MinKey, MaxKey, Binary, ObjectId, DatetimeMS, SON
        from bson.codec_options import CodecOptions, DatetimeConversion
        OPTIONS = CodecOptions(document_class=SON, datetime_conversion=DatetimeConversion.DATETIME_MS)

        """#

    /// Reads each document of the file that is its argument and prints it as written anew, or "refused".
    static let rewriting =
        options + #"""
            sys.setrecursionlimit(5000)
            for line in open(sys.argv[1]):
                try:
                    print(bson.encode(bson.decode(bytes.fromhex(line.strip()), OPTIONS), codec_options=OPTIONS).hex())
                except (bson.errors.BSONError, ValueError, TypeError, RecursionError, OverflowError):
                    print('refused')
            """#

    /// Prints documents made by chance; its arguments are the seed and how many.
    static let making =
        options + #"""
            R = random.Random(int(sys.argv[1]))
            def text():
                count = R.choice([0, 1, 2, 5, 8, 9, 30])
                return ''.join(R.choice('abc$._0\u00e4\u20ac\u6f22\U0001f4ac') for _ in range(count))
            def document(levels, most=8):
                return SON((text(), value(levels)) for _ in range(R.randrange(most)))
            def value(levels):
                kinds = [lambda: R.uniform(-1e6, 1e6), text,
                    lambda: R.choice([0.0, -0.0, float('inf'), 5e-324, 1.7e308]),
                    lambda: text() + '\0' + text(), lambda: R.randbytes(R.randrange(20)),
                    lambda: Binary(R.randbytes(R.randrange(20)), R.choice([1, 2, 3, 4, 5, 128, 255])),
                    lambda: ObjectId(R.randbytes(12)), lambda: R.random() < 0.5,
                    lambda: DatetimeMS(R.randrange(-2**63, 2**63)),
                    lambda: None, lambda: Regex(text(), R.randrange(128)), lambda: Code(text()),
                    lambda: Code(text(), document(0, 3)),
                    lambda: R.choice([-2**31, 2**31 - 1, 0, R.randrange(-1000, 1000)]),
                    lambda: Int64(R.choice([-2**63, 2**63 - 1, 0, R.randrange(-2**63, 2**63)])),
                    lambda: Timestamp(R.randrange(2**32), R.randrange(2**32)),
                    lambda: Decimal128.from_bid(R.randbytes(16)), MinKey, MaxKey]
                if levels > 0:
                    kinds += [lambda: document(levels - 1)] * 4
                    kinds += [lambda: [value(levels - 1) for _ in range(R.randrange(12))]] * 4
                return R.choice(kinds)()
            for _ in range(int(sys.argv[2])):
                print(bson.encode(document(3), codec_options=OPTIONS).hex())
            """#

    /// Prints the text of decimal numbers made by chance, after their sixteen bytes.
    static let decimals =
        options + #"""
            R = random.Random(int(sys.argv[1]))
            for _ in range(int(sys.argv[2])):
                digits = str(R.randrange(10 ** R.randrange(1, 35)))
                exponent = R.choice([R.randrange(-40, 10), R.randrange(-6176, 6111)])
                number = Decimal128(R.choice(['', '-']) + digits + 'E' + str(exponent))
                print(number.bid.hex(), number)
            """#
}
