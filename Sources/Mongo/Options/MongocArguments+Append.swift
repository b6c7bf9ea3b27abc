import CMongoc

/// Appending options, straight into libbson's document.
///
/// An append fails only when the document would exceed 2 GiB, which the limits of the documents that go in exclude; the
/// option that did not fit is then the reason of the error.
extension MongocArguments {
    func append(_ key: StaticString, _ flag: Bool) throws(MongoError) {
        try Self.require(bson_append_bool(self.options, key.characters, key.length, flag), key)
    }

    func append(_ key: StaticString, _ number: Int) throws(MongoError) {
        try Self.require(bson_append_int64(self.options, key.characters, key.length, Int64(number)), key)
    }

    func append(_ key: StaticString, _ number: Int32) throws(MongoError) {
        try Self.require(bson_append_int32(self.options, key.characters, key.length, number), key)
    }

    func append(_ key: StaticString, _ text: String) throws(MongoError) {
        var text = text
        let isAppended = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // Without bytes there may be no address, which libbson would take for a null value.
                guard let base = characters.baseAddress else {
                    return bson_append_utf8(self.options, key.characters, key.length, "", 0)
                }
                let length = Int32(clamping: characters.count)
                return bson_append_utf8(self.options, key.characters, key.length, base, length)
            }
        }
        try Self.require(isAppended, key)
    }

    func append(_ key: StaticString, _ document: BSONDocument) throws(MongoError) {
        try self.check(document, key)
        try self.withView(document) { view throws(MongoError) in
            try Self.require(bson_append_document(self.options, key.characters, key.length, view), key)
        }
    }

    func append(_ key: StaticString, _ documents: [BSONDocument]) throws(MongoError) {
        let child = self.child
        guard bson_append_array_begin(self.options, key.characters, key.length, child) else {
            throw Self.tooLarge(key)
        }
        for (index, document) in documents.enumerated() {
            try self.check(document, key)
            let name = String(index)
            try self.withView(document) { view throws(MongoError) in
                try Self.require(bson_append_document(child, name, Int32(clamping: name.utf8.count), view), key)
            }
        }
        try Self.require(bson_append_array_end(self.options, child), key)
    }

    /// Appends a value of any type.
    func append(_ key: StaticString, value: BSONValue) throws(MongoError) {
        try self.append(all: ["\(key)": value], key)
    }

    /// Appends all keys of `document`; `name` is what the error calls it.
    func append(all document: BSONDocument, _ name: StaticString) throws(MongoError) {
        try self.check(document, name)
        try self.withView(document) { view throws(MongoError) in
            try Self.require(bson_concat(self.options, view), name)
        }
    }

    private func check(_ document: BSONDocument, _ key: StaticString) throws(MongoError) {
        do throws(MongoError) {
            try document.checkLimits()
        } catch {
            throw MongoError(error.code, "\(key): \(error.message)")
        }
    }

    private static func require(_ isAppended: Bool, _ key: StaticString) throws(MongoError) {
        guard isAppended else { throw Self.tooLarge(key) }
    }

    private static func tooLarge(_ key: StaticString) -> MongoError {
        MongoError(.invalidArgument, "\(key): the options are larger than a document may be")
    }
}

extension StaticString {
    fileprivate var characters: UnsafePointer<CChar> {
        UnsafeRawPointer(self.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    fileprivate var length: Int32 {
        Int32(truncatingIfNeeded: self.utf8CodeUnitCount)
    }
}
