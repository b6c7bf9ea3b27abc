import Foundation

/// The repository's own files, as the tidy tests read them.
enum SourceTree {
    struct File: Sendable {
        /// The path below the repository's root.
        let path: String
        let lines: [Substring]

        /// `Sources/X/…` or `Tests/X/…`: X.
        var target: String {
            self.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        }

        var isGenerated: Bool {
            self.path.contains("/Generated/")
        }
    }

    /// The folder with Package.swift, found from this file's own place.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// All Swift files of the repository.
    static let swiftFiles: [File] = ["Sources", "Tests", "Benchmarks", "Examples"].flatMap { folder in
        let paths = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            SourceTree.read("\(folder)/\(path)").map { File(path: "\(folder)/\(path)", lines: $0) }
        }
    }

    /// The lines of a file; nil when it cannot be read.
    static func read(_ path: String) -> [Substring]? {
        // A file that cannot be read is missing from the list, which the test of the list's size finds.
        let text = try? String(contentsOfFile: "\(self.root)/\(path)", encoding: .utf8)
        return text?.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
