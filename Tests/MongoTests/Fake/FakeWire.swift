@testable import Mongo

/// The bytes of MongoDB's wire protocol, as much as a `FakeMongo` needs (OP_MSG, and OP_QUERY for the first hello).
enum FakeWire {
    static let headerLength = 16

    static func int32(_ bytes: some Collection<UInt8>) -> Int32 {
        bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int32($1) }
    }

    static func bytes(_ number: Int32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// The command in a message without its header; `nil` for one that is not understood.
    static func command(_ code: Int32, requestID: Int32, _ body: [UInt8], connection: Int) -> FakeCommand? {
        switch code {
        case 2004:
            guard let end = body.dropFirst(4).firstIndex(of: 0), end + 9 <= body.count else { return nil }
            guard let document = try? BSONDocument(validating: Array(body[(end + 9)...])) else { return nil }
            return FakeCommand(connection: connection, requestID: requestID, document: document, isLegacy: true)
        case 2013:
            guard let document = self.sections(body) else { return nil }
            return FakeCommand(connection: connection, requestID: requestID, document: document, isLegacy: false)
        default:
            return nil
        }
    }

    private static func sections(_ body: [UInt8]) -> BSONDocument? {
        var rest = body.dropFirst(4)
        var command: BSONDocument?
        var sequences: [(String, [BSONDocument])] = []
        while let kind = rest.popFirst() {
            let length = Int(self.int32(rest))
            guard length >= 5, length <= rest.count else { return nil }
            let section = rest.prefix(length)
            rest = rest.dropFirst(length)
            if kind == 0 {
                command = try? BSONDocument(validating: Array(section))
                continue
            }
            var inner = section.dropFirst(4)
            guard let end = inner.firstIndex(of: 0) else { return nil }
            let name = String(decoding: inner[..<end], as: UTF8.self)
            inner = inner[(end + 1)...]
            var documents: [BSONDocument] = []
            while inner.count >= 5 {
                let length = Int(self.int32(inner))
                guard length >= 5, length <= inner.count,
                    let document = try? BSONDocument(validating: Array(inner.prefix(length)))
                else { return nil }
                documents.append(document)
                inner = inner.dropFirst(length)
            }
            sequences.append((name, documents))
        }
        for (name, documents) in sequences {
            command?.append(name, .array(documents.map { .document($0) }))
        }
        return command
    }

    /// The whole message with a reply to `command`.
    static func reply(_ document: BSONDocument, to command: FakeCommand) -> [UInt8] {
        let content = Array(document.bytes)
        var body: [UInt8]
        if command.isLegacy {
            // flags, cursor id, starting from, number returned
            body = [UInt8](repeating: 0, count: 4 + 8 + 4) + self.bytes(1) + content
        } else {
            body = self.bytes(0) + [0] + content
        }
        let length = Int32(self.headerLength + body.count)
        let header =
            self.bytes(length) + self.bytes(1) + self.bytes(command.requestID)
            + self.bytes(command.isLegacy ? 1 : 2013)
        body.insert(contentsOf: header, at: 0)
        return body
    }
}
