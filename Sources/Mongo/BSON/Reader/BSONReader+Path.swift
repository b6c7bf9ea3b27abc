// Errors say where. Nothing is kept for that while reading: the place is found by walking from the first byte again.
extension BSONReader {
    /// Bounds of what a path says; keys may come from outside and be as long as they like.
    private static let pathKeyMax = 64
    private static let pathMax = 512

    @usableFromInline
    @inline(never)
    func malformed(_ damage: BSONDamage) -> MongoError {
        BSONFault(path: self.path, reason: "\(damage.reason) (byte \(self.elementStart))").error()
    }

    @usableFromInline
    @inline(never)
    func mismatch(_ wanted: StaticString) -> MongoError {
        BSONFault(path: self.path, reason: "holds \(self.type), not \(wanted)").error(.decoding)
    }

    @usableFromInline
    @inline(never)
    func outOfRange(_ wanted: StaticString) -> MongoError {
        BSONFault(path: self.path, reason: "holds \(self.type) whose number does not fit \(wanted)").error(.decoding)
    }

    /// The path of this element within the outermost document, as in `a.b[3]`.
    public var path: String {
        Self.path(from: self.root, count: self.rootCount, to: self.elementStart)
    }

    /// The path of the element that begins at the offset `target`.
    ///
    /// - Parameters:
    ///   - root: the outermost document, of which all before `target` is well formed.
    ///   - count: its bytes.
    ///   - target: the offset, or that of the end of a document for the document.
    /// - Returns: the keys on the way, joined.
    static func path(from root: UnsafeRawPointer, count: Int, to target: Int) -> String {
        var path = ""
        var isArray = false
        var reader = BSONReader(root: root, rootCount: count, index: 4, end: count - 1, level: 0, depthBound: nil)
        while path.utf8.count < self.pathMax {
            var position = -1
            var isReadable = true
            repeat {
                position += 1
                do throws(BSONDamage) {
                    guard try reader.step() else { return path }
                } catch {
                    isReadable = false
                }
            } while isReadable && reader.index <= target
            path += isArray ? "[\(position)]" : (path.isEmpty ? "" : ".") + reader.boundedKey
            guard isReadable, reader.elementStart < target else { return path }
            switch reader.type {
            case .document, .array:
                isArray = reader.type == .array
                reader = reader.nested(at: reader.valueStart)
            case .javaScriptWithScope:
                isArray = false
                reader = reader.nested(at: reader.scopeStart)
            default: return path
            }
        }
        return path
    }

    private var boundedKey: String {
        let bytes = self.keyBytes
        guard bytes.count > Self.pathKeyMax else { return self.key }
        return String(decoding: bytes.prefix(Self.pathKeyMax), as: UTF8.self) + "…"
    }
}
