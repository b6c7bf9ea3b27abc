import Testing

@testable import Postgres

struct CopyTextFormatTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), (#"\N"#, #"\\N"#), (#"\."#, #"\\."#), ("a\tb\nc\rd\\e", #"a\tb\nc\rd\\e"#),
        ("\u{8}\u{B}\u{C}", #"\b\v\f"#), ("naïve 表 😀", "naïve 表 😀"), ("\u{1}\u{7F}", "\u{1}\u{7F}"),
    ])
    func `special characters are escaped and others are not`(value: String, text: String) {
        var writer = PostgresValueWriter()
        CopyTextFormat.write(value, to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        #expect(writer.refusal == nil)
    }

    @Test func `a text with U+0000 is refused`() {
        var writer = PostgresValueWriter()
        CopyTextFormat.write("a\u{0}b", to: &writer)
        #expect(writer.refusal != nil)
    }
}
