import Foundation
import TestKit
import Testing

@testable import KafkaDev

@Suite struct SASLUserFileTests {
    @Test func `lines are names and passwords, which may have colons and spaces`() throws {
        let text = "# users\n\nalice:wonderland\nbob: with space:and colon \r\n"
        #expect(
            try SASLUserFile.parse(Array(text.utf8), path: "f")
                == ["alice": "wonderland", "bob": " with space:and colon "]
        )
    }

    @Test(arguments: ["", "# nobody\n", "alice\n", ":secret\n", "alice:\n", "a:secret\na:secret\n", "a:sec\0ret\n"])
    func `a file that has no users or other lines is refused, without its text`(text: String) {
        let error = #expect(throws: KafkaDevError.self) { try SASLUserFile.parse(Array(text.utf8), path: "/the/file") }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("sasl user file must have lines name:password, got /the/file") == true)
        #expect("\(error as Any)".contains("secret") == false)
    }

    @Test func `the number of the line is told`() {
        let error = #expect(throws: KafkaDevError.self) { try SASLUserFile.parse(Array("a:b\nc\n".utf8), path: "f") }
        #expect(error?.message.contains("line 2") == true)
        let bytes = Array("a:b\n\n".utf8) + [0xff]
        let second = #expect(throws: KafkaDevError.self) { try SASLUserFile.parse(bytes, path: "f") }
        #expect(second?.message.contains("line 3: not UTF-8") == true)
    }

    @Test func `too many users and too long a file are refused, and a missing one is named`() throws {
        let many = (0...SASLUserFile.usersMax).map { "user\($0):x" }.joined(separator: "\n")
        #expect(throws: KafkaDevError.self) { try SASLUserFile.parse(Array(many.utf8), path: "f") }
        let folder = try TemporaryFolder("sasl")
        let path = "\(folder.path)/users"
        let missing = #expect(throws: KafkaDevError.self) { try SASLUserFile.read(path) }
        #expect("\(missing as Any)".contains(path))
        try Data(repeating: 0x61, count: SASLUserFile.bytesMax + 1).write(to: URL(filePath: path))
        #expect(throws: KafkaDevError.self) { try SASLUserFile.read(path) }
        try Data("alice:wonderland".utf8).write(to: URL(filePath: path))
        #expect(try SASLUserFile.read(path) == ["alice": "wonderland"])
    }

    @Test func `whether others may read the file is seen`() throws {
        let folder = try TemporaryFolder("sasl")
        let path = "\(folder.path)/users"
        #expect(!SASLUserFile.isReadableByAll(path))
        for (mode, isReadable) in [(0o600, false), (0o640, false), (0o644, true)] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(SASLUserFile.isReadableByAll(path) == isReadable)
        }
    }
}
