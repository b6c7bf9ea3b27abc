/// Constants of COPY's binary format (PostgreSQL manual, COPY, "Binary Format").
enum CopyBinaryFormat {
    /// "PGCOPY", four bytes that show what a faulty transfer did to the file, and no flags.
    static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
    /// The signature, the flags and the length of the header's extension.
    static let header: [UInt8] = signature + [0, 0, 0, 0, 0, 0, 0, 0]
    /// Bytes from the start to the end of that length.
    static let headerBytes = 19
    /// Stands where the number of a row's values would.
    static let end: Int16 = -1
}
