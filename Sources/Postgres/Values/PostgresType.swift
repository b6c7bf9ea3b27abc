/// A type of PostgreSQL by its object id (`pg_type.oid`; built-in types never change theirs).
public struct PostgresType: Sendable, Hashable {
    /// The object id.
    public let oid: UInt32

    /// The type of this object id; that of a type of your own differs between databases.
    @inlinable public init(oid: UInt32) {
        self.oid = oid
    }

    /// Whether it comes with PostgreSQL; those that a database defines itself have ids from 16384 on.
    public var isBuiltIn: Bool {
        self.oid < 16_384
    }
}

extension PostgresType {
    /// `boolean`.
    @inlinable public static var bool: PostgresType { PostgresType(oid: 16) }
    /// `bytea`.
    @inlinable public static var bytea: PostgresType { PostgresType(oid: 17) }
    /// `name`, the type of identifiers in the catalogues.
    @inlinable public static var name: PostgresType { PostgresType(oid: 19) }
    /// `bigint`.
    @inlinable public static var int8: PostgresType { PostgresType(oid: 20) }
    /// `smallint`.
    @inlinable public static var int2: PostgresType { PostgresType(oid: 21) }
    /// `integer`.
    @inlinable public static var int4: PostgresType { PostgresType(oid: 23) }
    /// `text`.
    @inlinable public static var text: PostgresType { PostgresType(oid: 25) }
    /// `oid`.
    @inlinable public static var objectID: PostgresType { PostgresType(oid: 26) }
    /// `json`.
    @inlinable public static var json: PostgresType { PostgresType(oid: 114) }
    /// `xml`.
    @inlinable public static var xml: PostgresType { PostgresType(oid: 142) }
    /// `real`.
    @inlinable public static var float4: PostgresType { PostgresType(oid: 700) }
    /// `double precision`.
    @inlinable public static var float8: PostgresType { PostgresType(oid: 701) }
    /// The type of a literal that nothing gave a type.
    @inlinable public static var unknown: PostgresType { PostgresType(oid: 705) }
    /// `character(n)`.
    @inlinable public static var blankPadded: PostgresType { PostgresType(oid: 1042) }
    /// `character varying`.
    @inlinable public static var varchar: PostgresType { PostgresType(oid: 1043) }
    /// `date`.
    @inlinable public static var date: PostgresType { PostgresType(oid: 1082) }
    /// `timestamp with time zone`.
    @inlinable public static var timestamptz: PostgresType { PostgresType(oid: 1184) }
    /// `numeric`.
    @inlinable public static var numeric: PostgresType { PostgresType(oid: 1700) }
    /// `uuid`.
    @inlinable public static var uuid: PostgresType { PostgresType(oid: 2950) }
    /// `jsonb`.
    @inlinable public static var jsonb: PostgresType { PostgresType(oid: 3802) }
}

extension PostgresType {
    /// `boolean[]`.
    @inlinable public static var boolArray: PostgresType { PostgresType(oid: 1000) }
    /// `bytea[]`.
    @inlinable public static var byteaArray: PostgresType { PostgresType(oid: 1001) }
    /// `smallint[]`.
    @inlinable public static var int2Array: PostgresType { PostgresType(oid: 1005) }
    /// `integer[]`.
    @inlinable public static var int4Array: PostgresType { PostgresType(oid: 1007) }
    /// `text[]`.
    @inlinable public static var textArray: PostgresType { PostgresType(oid: 1009) }
    /// `bigint[]`.
    @inlinable public static var int8Array: PostgresType { PostgresType(oid: 1016) }
    /// `real[]`.
    @inlinable public static var float4Array: PostgresType { PostgresType(oid: 1021) }
    /// `double precision[]`.
    @inlinable public static var float8Array: PostgresType { PostgresType(oid: 1022) }
    /// `date[]`.
    @inlinable public static var dateArray: PostgresType { PostgresType(oid: 1182) }
    /// `timestamp with time zone[]`.
    @inlinable public static var timestamptzArray: PostgresType { PostgresType(oid: 1185) }
    /// `numeric[]`.
    @inlinable public static var numericArray: PostgresType { PostgresType(oid: 1231) }
    /// `uuid[]`.
    @inlinable public static var uuidArray: PostgresType { PostgresType(oid: 2951) }
    /// `jsonb[]`.
    @inlinable public static var jsonbArray: PostgresType { PostgresType(oid: 3807) }
}
