extension PostgresType: CustomStringConvertible {
    /// The name that `pg_type` has for it; `type 16401` for one that is not known here.
    public var description: String {
        Self.names[self.oid] ?? "type \(self.oid)"
    }

    /// Whether a value of it may be an array in binary format: it is a built-in array type, or not built in.
    var mayBeArray: Bool {
        switch self.oid {
        // int2vector and oidvector are arrays in binary format too.
        case 22, 30, 199, 1_000...1_031, 1_041, 1_115, 1_182, 1_183, 1_185, 1_187, 1_231, 1_270, 1_561, 1_563, 2_287,
            2_951, 3_221, 3_643, 3_645, 3_807, 3_905, 3_907, 3_909, 3_911, 3_913, 3_927:
            true
        default: !self.isBuiltIn
        }
    }

    /// The object ids of `pg_type.dat`.
    private static let names: [UInt32: String] = [
        16: "bool", 17: "bytea", 18: "\"char\"", 19: "name", 20: "int8", 21: "int2", 22: "int2vector", 23: "int4",
        24: "regproc", 25: "text", 26: "oid", 27: "tid", 28: "xid", 30: "oidvector", 114: "json", 142: "xml",
        199: "json[]", 600: "point", 601: "lseg", 602: "path", 603: "box", 604: "polygon", 628: "line", 650: "cidr",
        700: "float4", 701: "float8", 705: "unknown", 718: "circle", 790: "money", 829: "macaddr", 869: "inet",
        1000: "bool[]", 1001: "bytea[]", 1002: "\"char\"[]", 1003: "name[]", 1005: "int2[]", 1007: "int4[]",
        1009: "text[]", 1014: "bpchar[]", 1015: "varchar[]", 1016: "int8[]", 1021: "float4[]", 1022: "float8[]",
        1028: "oid[]", 1042: "bpchar", 1043: "varchar", 1082: "date", 1083: "time", 1114: "timestamp",
        1115: "timestamp[]", 1182: "date[]", 1184: "timestamptz", 1185: "timestamptz[]", 1186: "interval",
        1231: "numeric[]", 1266: "timetz", 1560: "bit", 1562: "varbit", 1700: "numeric", 2205: "regclass",
        2249: "record", 2278: "void", 2287: "record[]", 2950: "uuid", 2951: "uuid[]", 3220: "pg_lsn",
        3614: "tsvector", 3615: "tsquery", 3802: "jsonb", 3807: "jsonb[]", 3904: "int4range", 3906: "numrange",
        3908: "tsrange", 3910: "tstzrange", 3912: "daterange", 3926: "int8range",
    ]
}
