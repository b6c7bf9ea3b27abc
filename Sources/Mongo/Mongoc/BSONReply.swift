import CMongoc

/// Memory for a `bson_t` that libmongoc fills in as its reply.
///
/// Such a reply must not come from `bson_new`: libmongoc initialises the struct anew, and the heap block would be lost.
struct BSONReply: ~Copyable {
    private let memory: UnsafeMutableRawPointer

    init() {
        self.memory = .allocate(byteCount: 128, alignment: 128)
        // So that it can be destroyed even when libmongoc did not get as far as filling it in.
        bson_init(OpaquePointer(self.memory))
    }

    deinit {
        bson_destroy(OpaquePointer(self.memory))
        self.memory.deallocate()
    }

    var raw: OpaquePointer {
        OpaquePointer(self.memory)
    }

    /// The reply; empty when there is none, or none that can be read.
    var document: BSONDocument {
        (try? BSONDocument(copying: self.raw)) ?? BSONDocument()
    }
}
