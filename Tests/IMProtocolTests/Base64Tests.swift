import IMProtocol
import TestKit
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 hold both ways`(text: String, encoded: String) {
        #expect(Base64.encode([UInt8](text.utf8)) == [UInt8](encoded.utf8))
        #expect(Base64.decode(encoded.utf8) == [UInt8](text.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=", "Zm9v=", "Zg==Zg==", "Zm-v", "Zm_v", "Zm 9v", "Zm9v!"])
    func `other texts are refused`(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test func `line breaks are skipped`() {
        #expect(Base64.decode("Zm9v\r\nYmFy\n".utf8) == [UInt8]("foobar".utf8))
    }

    @Test func `random bytes survive`() {
        var random = SeededGenerator(seed: 7)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
