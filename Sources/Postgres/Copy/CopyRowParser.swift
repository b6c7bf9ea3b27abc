/// Takes the binary stream of a COPY apart, in pieces that may end anywhere.
struct CopyRowParser: Sendable {
    private enum Phase {
        case header
        case rows
        case ended
    }

    private let template: CopyRowTemplate
    private var phase = Phase.header
    /// The beginning of a header or row whose end has not come.
    private var rest: [UInt8] = []

    init(_ template: CopyRowTemplate) {
        self.template = template
    }

    /// The whole rows of the stream so far that have not been returned yet.
    ///
    /// - Throws: `.decoding` for bytes that are not COPY's binary format.
    mutating func parse(_ bytes: [UInt8]) throws(PostgresError) -> PGResultHandle {
        if self.rest.isEmpty { return try self.take(bytes) }
        self.rest.append(contentsOf: bytes)
        let all = self.rest
        self.rest = []
        return try self.take(all)
    }

    /// - Throws: `.decoding` when the stream has not come to its end.
    func requireEnd() throws(PostgresError) {
        guard self.phase == .ended else { throw Self.malformed("it ends early") }
    }

    private mutating func take(_ bytes: [UInt8]) throws(PostgresError) -> PGResultHandle {
        var rows = try self.template.makeRows()
        var position = 0
        var failure: PostgresError?
        let phase = self.phase
        self.phase = bytes.withUnsafeBytes { buffer in
            do throws(PostgresError) {
                var phase = phase
                if phase == .header {
                    guard let length = try Self.headerLength(buffer) else { return phase }
                    position = length
                    phase = .rows
                }
                while phase == .rows, let length = try self.row(buffer, position, &rows) {
                    position += length
                    if length == Self.endBytes, Self.int16(buffer, position - length) == CopyBinaryFormat.end {
                        phase = .ended
                    }
                }
                return phase
            } catch {
                failure = error
                return phase
            }
        }
        if let failure { throw failure }
        guard self.phase != .ended || position == bytes.count else { throw Self.malformed("bytes follow its end") }
        if position < bytes.count { self.rest = Array(bytes[position...]) }
        return rows.finish()
    }

    private static let endBytes = 2

    /// The length of the header; nil when it has not come whole.
    private static func headerLength(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> Int? {
        let signature = CopyBinaryFormat.signature
        guard bytes.prefix(signature.count).elementsEqual(signature.prefix(bytes.count)) else {
            throw self.malformed("another signature")
        }
        guard bytes.count >= CopyBinaryFormat.headerBytes else { return nil }
        // The upper half of the flags is for what a reader must know; nothing is defined in it (bit 16, OIDs, is gone).
        guard self.int32(bytes, signature.count) & ~0xFFFF == 0 else { throw self.malformed("unknown flags") }
        let extra = self.int32(bytes, signature.count + 4)
        guard extra >= 0 else { throw self.malformed("a negative length") }
        let length = CopyBinaryFormat.headerBytes + Int(extra)
        return bytes.count >= length ? length : nil
    }

    /// Reads the row, or the end, at `start`.
    ///
    /// - Returns: its length; nil when it has not come whole.
    private func row(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ rows: inout CopyRows
    ) throws(PostgresError) -> Int? {
        guard bytes.count - start >= Self.endBytes else { return nil }
        let count = Self.int16(bytes, start)
        if count == CopyBinaryFormat.end { return Self.endBytes }
        guard Int(count) == self.template.columnCount else { throw Self.malformed("a row of \(count) values") }
        guard try Self.isWhole(bytes, start + Self.endBytes, count) else { return nil }
        var position = start + Self.endBytes
        for column in 0..<Int32(count) {
            let length = Int(Self.int32(bytes, position))
            position += 4
            let value = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            guard rows.set(column, value) else { throw CopyRowTemplate.noMemory }
            position += max(length, 0)
        }
        // A row without columns has no value that would make libpq count it.
        if count > 0 { rows.endRow() }
        return position - start
    }

    /// Whether all `count` values from `start` on have come.
    private static func isWhole(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ count: Int16
    ) throws(PostgresError) -> Bool {
        var position = start
        for _ in 0..<count {
            guard bytes.count - position >= 4 else { return false }
            let length = Int(self.int32(bytes, position))
            guard length >= -1 else { throw self.malformed("a negative length") }
            position += 4
            guard bytes.count - position >= max(length, 0) else { return false }
            position += max(length, 0)
        }
        return true
    }

    private static func int16(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int16 {
        Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int16.self))
    }

    private static func int32(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int32 {
        Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
    }

    private static func malformed(_ what: String) -> PostgresError {
        PostgresError(.decoding, "the server's COPY stream is malformed: \(what)")
    }
}
