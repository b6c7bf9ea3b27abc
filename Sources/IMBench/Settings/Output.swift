import Foundation

/// What the program prints.
enum Output {
    /// Prints a result on standard output: as one line of JSON, or as text.
    static func print(_ value: some Encodable, asJSON: Bool, text: () -> String) throws {
        guard asJSON else { return self.write(text(), to: .standardOutput) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", to: .standardOutput)
    }

    /// Says on standard error why a command could not do its work.
    static func fail(_ command: String, _ error: any Error) {
        self.write("im-bench \(command): \(error)\n", to: .standardError)
    }

    /// Two columns: names to the left, padded.
    static func rows(_ rows: [(name: String, value: String)]) -> String {
        let width = (rows.map(\.name.count).max() ?? 0) + 2
        return rows.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))\($0.value)\n" }.joined()
    }

    private static func write(_ text: String, to file: FileHandle) {
        file.write(Data(text.utf8))
    }
}
