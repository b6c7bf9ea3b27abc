/// Sole owner of the objects that a call of librdkafka takes as an array and does not keep.
struct RDKafkaObjects: ~Copyable {
    private var objects: [OpaquePointer?] = []
    private let destroy: (OpaquePointer) -> Void

    /// An empty array.
    ///
    /// - Parameter destroy: librdkafka's function that frees one object.
    init(destroyedBy destroy: @escaping (OpaquePointer) -> Void) {
        self.destroy = destroy
    }

    deinit {
        for case .some(let object) in self.objects { self.destroy(object) }
    }

    /// Adds an object, which belongs to this array from now on.
    mutating func append(takingOwnershipOf object: OpaquePointer) {
        self.objects.append(object)
    }

    /// Calls `body` with the array, which is valid only inside `body`.
    borrowing func withArray(_ body: (UnsafeMutablePointer<OpaquePointer?>?, Int) -> Void) {
        var copy = self.objects
        copy.withUnsafeMutableBufferPointer { body($0.baseAddress, $0.count) }
    }
}

extension UnsafeMutablePointer<OpaquePointer?>? {
    /// The objects of an array that C owns; they are valid as long as the array is.
    func objects(count: Int) -> [OpaquePointer] {
        guard let self else { return [] }
        return UnsafeBufferPointer(start: self, count: count).compactMap(\.self)
    }
}
