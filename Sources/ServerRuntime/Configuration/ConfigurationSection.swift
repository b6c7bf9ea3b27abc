import Configuration

/// The values of one file, or of one key path in it, read strictly.
///
/// A getter never throws: it notes what is wrong (file, key, rule) and returns the default, so that one start reports
/// every problem. `ConfigurationFolder.validate()` throws them all.
public struct ConfigurationSection: Sendable {
    let file: String
    let prefix: [String]
    let reader: ConfigReader
    let record: ConfigurationRecord

    /// The section below `key`.
    public func section(_ key: String) -> ConfigurationSection {
        ConfigurationSection(
            file: self.file,
            prefix: self.prefix + [key],
            reader: self.reader,
            record: self.record
        )
    }

    /// The text at `key`, or `fallback` when the key is absent or empty.
    public func string(_ key: String, default fallback: String = "", isSecret: Bool = false) -> String {
        guard let value = self.text(key, isSecret: isSecret), !value.isEmpty else { return fallback }
        return value
    }

    /// The text at `key`, empty if it is empty there; `nil` when the key is absent.
    ///
    /// For keys whose emptiness means something.
    public func optionalString(_ key: String) -> String? {
        self.text(key)
    }

    /// The text at `key`, one of `allowed`, compared without regard to case.
    public func string(_ key: String, default fallback: String, oneOf allowed: [String]) -> String {
        let value = self.string(key, default: fallback)
        if let match = allowed.first(where: { $0.lowercased() == value.lowercased() }) { return match }
        self.note(key, "must be one of \(allowed.joined(separator: ", ")), got \"\(value)\"")
        return fallback
    }

    /// The number at `key` within `range`.
    public func int(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let text = self.text(key), !text.isEmpty else { return fallback }
        guard let value = try? self.reader.requiredInt(forKey: self.key(key)) else {
            // The provider's error says no more than that the text is no number.
            self.note(key, "must be a whole number, got \"\(text)\"")
            return fallback
        }
        guard range.contains(value) else {
            self.note(key, "must be within \(range.lowerBound)...\(range.upperBound), got \(value)")
            return fallback
        }
        return value
    }

    /// The switch at `key`: true or false.
    public func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let text = self.text(key), !text.isEmpty else { return fallback }
        guard let value = try? self.reader.requiredBool(forKey: self.key(key)) else {
            // As above: the text is no boolean.
            self.note(key, "must be true or false, got \"\(text)\"")
            return fallback
        }
        return value
    }

    /// The length of time at `key`: a number with `ms`, `s`, `m` or `h`.
    public func duration(
        _ key: String,
        default fallback: Duration,
        in range: ClosedRange<Duration> = .zero...(.seconds(86_400))
    ) -> Duration {
        guard let text = self.text(key), !text.isEmpty else { return fallback }
        guard let value = DurationText.parse(text) else {
            self.note(key, "must be a length of time such as 500ms, 20s, 5m or 1h, got \"\(text)\"")
            return fallback
        }
        guard range.contains(value) else {
            self.note(key, "must be within \(range.lowerBound)...\(range.upperBound), got \(value)")
            return fallback
        }
        return value
    }

    /// The list of texts at `key`; in the environment a list is separated by commas.
    public func strings(_ key: String, default fallback: [String]) -> [String] {
        guard let text = self.text(key), !text.isEmpty else { return fallback }
        return text.split(separator: ",").map { entry in
            var entry = entry.drop(while: \.isWhitespace)
            while entry.last?.isWhitespace == true { entry.removeLast() }
            return String(entry)
        }.filter { !$0.isEmpty }
    }

    /// The list of numbers at `key`, each within `range`.
    public func ints(_ key: String, default fallback: [Int], in range: ClosedRange<Int>) -> [Int] {
        guard let text = self.text(key), !text.isEmpty else { return fallback }
        var values: [Int] = []
        for part in self.strings(key, default: []) {
            guard let value = Int(part), range.contains(value) else {
                self.note(key, "must hold numbers within \(range.lowerBound)...\(range.upperBound), got \"\(text)\"")
                return fallback
            }
            values.append(value)
        }
        return values
    }

    /// Notes that the value at `key` breaks a rule that only the caller knows.
    public func note(_ key: String, _ rule: String) {
        self.record.addProblem("\(self.file).yml: \((self.prefix + [key]).joined(separator: ".")): \(rule)")
    }

    private func text(_ key: String, isSecret: Bool = false) -> String? {
        let path = [self.file] + self.prefix + key.split(separator: ".").map(String.init)
        self.record.addRead(ConfigurationFolder.environmentName(path))
        return self.reader.string(forKey: self.key(key), isSecret: isSecret)
    }

    /// Keys are looked up in lower case, which the providers turn into one environment name without word breaks.
    private func key(_ key: String) -> ConfigKey {
        ConfigKey(([self.file] + self.prefix + key.split(separator: ".").map(String.init)).map { $0.lowercased() })
    }
}
