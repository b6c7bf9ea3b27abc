import Logging

/// One log entry, ready to be written.
struct LogLine {
    let time: String
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    var json: String {
        var text = #"{"time":"\#(self.time)","level":"\#(self.level.rawValue.uppercased())","logger":"#
        Self.appendQuoted(self.label, to: &text)
        text += #","msg":"#
        Self.appendQuoted(self.message, to: &text)
        for (key, value) in self.metadata.sorted(by: { $0.key < $1.key }) {
            text += ","
            Self.appendQuoted(key, to: &text)
            text += ":"
            Self.append(value, to: &text)
        }
        return text + "}\n"
    }

    var console: String {
        var text = "\(self.time) \(self.level.rawValue.uppercased()) [\(self.label)] \(Self.singleLine(self.message))"
        for (key, value) in self.metadata.sorted(by: { $0.key < $1.key }) {
            text += " \(key)=\(Self.singleLine("\(value)"))"
        }
        return text + "\n"
    }

    private static func append(_ value: Logger.Metadata.Value, to text: inout String) {
        switch value {
        case .string(let string): appendQuoted(string, to: &text)
        case .stringConvertible(let convertible): appendQuoted("\(convertible)", to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                append(value, to: &text)
            }
            text += "]"
        case .dictionary(let dictionary):
            text += "{"
            for (index, (key, value)) in dictionary.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                appendQuoted(key, to: &text)
                text += ":"
                append(value, to: &text)
            }
            text += "}"
        }
    }

    private static func appendQuoted(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// Keeps one entry on one line, so that text from outside cannot forge entries.
    private static func singleLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}
