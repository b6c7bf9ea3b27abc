/// Passes a value on under the name of a type parameter that stands for the same type.
///
/// What `as?` does, without the search for conformances and bridges that costs it a hundred nanoseconds in code that is
/// not specialised.
///
/// - Returns: nil when the types differ.
func sameType<Source, Target>(_ value: Source, _ type: Target.Type = Target.self) -> Target? {
    guard Source.self == Target.self else { return nil }
    // One and the same type, so the memory is bound to it already.
    return withUnsafePointer(to: value) { UnsafeRawPointer($0).assumingMemoryBound(to: Target.self).pointee }
}
