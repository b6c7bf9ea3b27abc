import Configuration
import Foundation
import Yams

/// A folder of YAML files, one per concern, with the environment laid over it.
///
/// Key names match in any case. `IMENV_<FILE>_<KEY_PATH>` (upper case, `-` and `.` become `_`) overrides a value; values
/// may refer to variables as `${NAME}` or `${NAME:-default}`. Unknown keys are warnings, wrong values are errors, and all
/// of them are reported together by `validate()`.
public struct ConfigurationFolder: Sendable {
    /// Where the files lie.
    public let path: String
    private let reader: ConfigReader
    /// The environment name of each key in the files, with the key as it is written.
    private let keys: [String: String]
    private let record = ConfigurationRecord()

    /// Reads all `*.yml` files of a folder.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - variables: the environment, from which overrides and references are taken.
    /// - Throws: `ConfigurationError` when the folder or a file cannot be read or is no YAML.
    public init(path: String, variables: [String: String]) throws(ConfigurationError) {
        self.path = path
        var values: [String: String] = [:]
        var keys: [String: String] = [:]
        for name in try Self.fileNames(in: path) {
            let file = "\(path)/\(name)"
            let text: String
            do {
                text = try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw ConfigurationError(["\(file): cannot be read: \(error.localizedDescription)"])
            }
            do {
                guard let root = try Yams.compose(yaml: text) else { continue }
                Self.flatten(root, at: [String(name.dropLast(4))], into: &values, &keys)
            } catch {
                throw ConfigurationError(["\(file): is not valid YAML\(Self.place(of: error))"])
            }
        }
        self.keys = keys
        self.reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: Self.overrides(in: variables)),
            EnvironmentVariablesProvider(environmentVariables: try Self.expand(values, variables, path)),
        ])
    }

    /// The section of the file `name` (without `.yml`).
    ///
    /// A missing file is an empty section: all defaults.
    public func section(_ name: String) -> ConfigurationSection {
        ConfigurationSection(file: name, prefix: [], reader: self.reader, record: self.record)
    }

    /// Throws everything that was found wrong by the sections that were read so far.
    public func validate() throws(ConfigurationError) {
        try self.record.throwIfAny()
    }

    /// Where the fault is.
    ///
    /// The parser's own text quotes the line, which may hold a password.
    private static func place(of error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(context: _, let problem, let mark, yaml: _),
            .parser(context: _, let problem, let mark, yaml: _),
            .composer(context: _, let problem, let mark, yaml: _):
            ": line \(mark.line), column \(mark.column): \(problem)"
        default: ""
        }
    }

    /// The keys in the files that nothing has read, sorted: misspelt, or of no effect in this version.
    public var keysWithoutEffect: [String] {
        let read = self.record.keysRead
        return self.keys.filter { !read.contains($0.key) }.map(\.value).sorted()
    }

    private static func fileNames(in path: String) throws(ConfigurationError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yml") }.sorted()
        } catch {
            throw ConfigurationError(["\(path): the configuration folder cannot be read: \(error.localizedDescription)"]
            )
        }
    }

    /// Writes the scalars below `node` into `values` under their environment name; lists of scalars joined by commas.
    private static func flatten(
        _ node: Node,
        at path: [String],
        into values: inout [String: String],
        _ keys: inout [String: String]
    ) {
        keys[environmentName(path)] = "\(path[0]).yml: \(path.dropFirst().joined(separator: "."))"
        switch node {
        case .scalar(let scalar):
            values[environmentName(path)] = isNull(scalar) ? "" : scalar.string
        case .sequence(let sequence):
            let scalars = sequence.compactMap(\.scalar?.string)
            // Maps inside lists (mongodb.yml, tagSets) have no place in a flat table; nothing here reads them.
            guard scalars.count == sequence.count else { return }
            values[environmentName(path)] = scalars.joined(separator: ",")
        case .mapping(let mapping):
            keys[environmentName(path)] = nil
            for (key, value) in mapping {
                guard let key = key.scalar?.string else { continue }
                flatten(value, at: path + [key], into: &values, &keys)
            }
        case .alias:
            return
        }
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func overrides(in variables: [String: String]) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in variables where name.hasPrefix("IMENV_") {
            result[String(name.dropFirst("IMENV_".count))] = value
        }
        return result
    }

    private static func expand(
        _ values: [String: String],
        _ variables: [String: String],
        _ path: String
    ) throws(ConfigurationError) -> [String: String] {
        var result: [String: String] = [:]
        var problems: [String] = []
        for (name, value) in values {
            do {
                result[name] = try VariableExpansion.expand(value, variables)
            } catch .unset(let variable) {
                // An override makes the reference unneeded.
                guard variables["IMENV_" + name] == nil else { continue }
                problems.append(
                    "\(path): \(name): variable \(variable) is not set (scripts/stack up writes it to .env)"
                )
            } catch {
                problems.append("\(path): \(name): \"${\" without \"}\"")
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems.sorted()) }
        return result
    }

    static func environmentName(_ path: [String]) -> String {
        path.map { component in
            String(component.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
        }.joined(separator: "_")
    }
}
