import TestKit

/// A private server, stopped and removed at the end; `body` gets the scripts that start and kill it.
///
/// `prepare` is a script that runs before the first start, with the folder of the data in `$D/data`.
func withPrivatePostgres(
    prepare: String = "",
    _ body: (_ port: Int, _ start: String, _ kill: String) async throws -> Void
) async throws {
    let folder = "/tmp/postgres-test-\(UInt64.random(in: 0 ... .max))"
    let port = LoopbackPort.free()
    let tools = """
        B=$(pg_config --bindir); D=\(folder); AS=; cd /
        [ $(id -u) != 0 ] || AS='setpriv --reuid=postgres --regid=postgres --clear-groups'

        """
    let create = """
        \(tools) mkdir -p $D/data; touch $D/log; [ $(id -u) != 0 ] || chown -R postgres $D
        $AS $B/initdb -D $D/data -U app --auth=trust --encoding=UTF8 --locale=C.UTF-8 -N >/dev/null
        \(prepare)
        [ $(id -u) != 0 ] || chown -R postgres $D
        """
    let start = """
        \(tools) $AS $B/pg_ctl -D $D/data -l $D/log -w -o "-p \(port) -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories=$D -c fsync=off" start >/dev/null
        """
    let kill = "\(tools) $AS $B/pg_ctl -D $D/data -m immediate stop >/dev/null"
    try await Shell.run(create)
    do {
        try await Shell.run(start)
        try await body(port, start, kill)
    } catch {
        // Not running any more when the test failed in between.
        try? await Shell.run("\(kill) || true; rm -rf \(folder)")
        throw error
    }
    try await Shell.run("\(kill) || true; rm -rf \(folder)")
}
