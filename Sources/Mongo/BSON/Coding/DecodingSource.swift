/// The document that is being decoded, shared by all containers.
final class DecodingSource {
    let document: BSONDocument
    let options: BSONDecoder

    init(document: BSONDocument, options: BSONDecoder) {
        self.document = document
        self.options = options
    }

    /// Reads the element at `place`.
    func read<Result>(
        _ place: ElementPlace,
        _ body: (borrowing BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try self.document.read { (reader: inout BSONReader) throws(MongoError) in
            reader.elementStart = place.element
            reader.valueStart = place.start
            reader.index = place.end
            reader.type = place.type
            return try body(reader)
        }
    }

    /// The index of the first element with this key from `start` on, then from the first on; nil when there is none.
    func index(of key: String, in places: [ElementPlace], from start: Int) -> Int? {
        var key = key
        return key.withUTF8 { key in
            let wanted = UnsafeRawBufferPointer(key)
            return self.document.bytes.withUnsafeBytes { bytes in
                let isKey = { (place: ElementPlace) in
                    guard place.start - place.element - 2 == wanted.count else { return false }
                    guard let left = wanted.baseAddress, let right = bytes.baseAddress else { return wanted.isEmpty }
                    return BSONReader.isEqual(left, right + (place.element + 1), wanted.count)
                }
                return places[start...].firstIndex(where: isKey) ?? places[..<start].firstIndex(where: isKey)
            }
        }
    }

    /// The key of the element at `place`; what is no UTF-8 becomes U+FFFD.
    func key(of place: ElementPlace) -> String {
        String(decoding: self.document.bytes[(place.element + 1)..<(place.start - 1)], as: UTF8.self)
    }

    /// The places of the elements of the document or array at `place`.
    func places(_ place: ElementPlace) throws(MongoError) -> [ElementPlace] {
        try self.read(place) { (reader: borrowing BSONReader) throws(MongoError) in
            var places: [ElementPlace] = []
            var nested = reader.nested(at: place.start)
            while try nested.next() {
                places.append(ElementPlace(nested))
            }
            return places
        }
    }
}
