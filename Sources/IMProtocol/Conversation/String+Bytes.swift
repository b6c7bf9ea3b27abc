extension String {
    /// Whether both are the same bytes.
    ///
    /// `==` also holds for texts that only look the same (U+212A, the Kelvin sign, equals K), while the stores compare bytes.
    /// Where identity gives a right, bytes decide.
    package func hasSameBytes(as other: String) -> Bool {
        self.utf8.elementsEqual(other.utf8)
    }
}
