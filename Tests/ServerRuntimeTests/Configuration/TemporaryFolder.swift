import Foundation

/// Runs `body` with a folder that holds `files` and is removed afterwards.
func withFolder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "openim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        // What cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(at: folder)
    }
    for (name, text) in files {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }
    return try body(folder.path)
}
