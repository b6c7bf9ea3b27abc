import Testing

@testable import Kafka

@Suite struct GroupGenerationTests {
    private func parse(_ bytes: [UInt8]) -> Int32? {
        bytes.withUnsafeBytes { GroupGeneration.parse($0) }
    }

    @Test func `the generation stands behind the form's name`() {
        #expect(self.parse(Array("CGMDv2:".utf8) + [7, 0, 0, 0] + Array("group\0".utf8)) == 7)
    }

    @Test(arguments: ["", "CGMDv2:", "CGMDv2:\u{1}\u{1}\u{1}", "CGMDv3:\u{1}\u{1}\u{1}\u{1}"])
    func `another form tells nothing`(text: String) {
        #expect(self.parse(Array(text.utf8)) == nil)
    }

    @Test func `a member of no generation has none`() {
        #expect(self.parse(Array("CGMDv2:".utf8) + [255, 255, 255, 255]) == nil)
    }
}
