import Foundation

/// Programs of this package, as they were built beside the running tests.
public enum BuiltProduct {
    /// The path of the product `name`.
    public static func path(_ name: String) -> String {
        // The test runner lies in the same folder as the products, at most a few levels further down.
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<5 {
            let candidate = folder.appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return "\(FileManager.default.currentDirectoryPath)/.build/debug/\(name)"
    }
}
