import Glibc
import Reactor
import TestSupport

/// Three hosts in network namespaces, each with an sshd, and this machine as the gateway's.
final class RemoteHosts {
    private let rig: TestRig
    private let names: [String]
    private var servers: [Int: ProgramRun] = [:]

    static let count = 3
    private nonisolated static let port = 2222

    /// Needs root, for the namespaces.
    nonisolated static let areAvailable =
        geteuid() == 0 && access("/usr/sbin/sshd", X_OK) == 0 && access("/usr/bin/ssh", X_OK) == 0
        && (access("/usr/sbin/ip", X_OK) == 0 || access("/usr/bin/ip", X_OK) == 0)

    init(on rig: TestRig) throws {
        self.rig = rig
        names = (0..<Self.count).map { "pg\(getpid())-\($0)" }
        for name in ["host", "user"] {
            try run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(rig.files.path)/\(name)"])
        }
        // sshd insists on it.
        mkdir("/run/sshd", 0o755)
        for host in 0..<Self.count {
            try connect(host)
            try startServer(on: host)
        }
    }

    isolated deinit {
        for (host, name) in names.enumerated() {
            try? kill(host)
            _ = try? rig.run(["ip", "netns", "del", name]).wait()
        }
    }

    /// The third part of the hosts' networks: test runs beside this one have other ones.
    private var network: Int { Int(getpid()) % 250 }

    private func address(_ host: Int, here: Bool) -> String {
        "10.213.\(network).\(host * 4 + (here ? 1 : 2))"
    }

    private func connect(_ host: Int) throws {
        let (name, here) = (names[host], "pg\(getpid() % 100_000)v\(host)")
        try run(["ip", "netns", "add", name])
        try run(["ip", "link", "add", here, "type", "veth", "peer", "name", "host", "netns", name])
        try run(["ip", "addr", "add", "\(address(host, here: true))/30", "dev", here])
        try run(["ip", "link", "set", here, "up"])
        try run(["ip", "-n", name, "addr", "add", "\(address(host, here: false))/30", "dev", "host"])
        try run(["ip", "-n", name, "link", "set", "host", "up"])
        try run(["ip", "-n", name, "link", "set", "lo", "up"])
    }

    func startServer(on host: Int) throws {
        let options = [
            "ListenAddress=\(address(host, here: false))", "Port=\(Self.port)", "UsePAM=no", "StrictModes=no",
            "HostKey=\(rig.files.path)/host", "AuthorizedKeysFile=\(rig.files.path)/user.pub", "PidFile=none",
            "PermitRootLogin=yes", "MaxStartups=100", "MaxSessions=100",
            // The remote shell reads no .bashrc of the user, which may take a minute.
            "SetEnv=HOME=\(rig.files.path)",
        ].flatMap { ["-o", $0] }
        let server = try rig.run(
            ["ip", "netns", "exec", names[host], "/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null"] + options)
        guard rig.wait(until: { server.errorText.contains("Server listening") || server.exit != nil }),
            server.exit == nil
        else { throw SystemError("sshd: \(server.errorText)", code: EIO) }
        servers[host] = server
    }

    /// Kills everything that runs on a host.
    func kill(_ host: Int) throws {
        let pids = try rig.run(["ip", "netns", "pids", names[host]]).end().output
        for pid in pids.compactMap({ pid_t($0) }) { Glibc.kill(pid, SIGKILL) }
        servers.removeValue(forKey: host)?.wait()
    }

    /// Cuts a host off, or connects it again.
    func setConnected(_ isConnected: Bool, _ host: Int) throws {
        try run(["ip", "-n", names[host], "link", "set", "host", isConnected ? "up" : "down"])
    }

    /// How many bots run on a host.
    func bots(on host: Int) throws -> Int {
        try rig.run(["ip", "netns", "pids", names[host]]).end().output.count { pid in
            (try? File.read("/proc/\(pid)/cmdline")).map {
                String(decoding: $0, as: UTF8.self).contains("unreliable.sh")
            } ?? false
        }
    }

    /// The command for `pipegram run`: the bot on the host of the scope's shard.
    func command(_ bot: String, environment: [String]) -> [String] {
        let hosts = (0..<Self.count).map { "Host bots-\($0)\n  HostName \(address($0, here: false))\n" }
        let settings = rig.files.write(
            "ssh",
            Array(
                (hosts.joined() + """
                    Host *
                      Port \(Self.port)
                      User root
                      IdentityFile \(rig.files.path)/user
                      StrictHostKeyChecking no
                      UserKnownHostsFile /dev/null
                      KexAlgorithms curve25519-sha256
                      LogLevel INFO
                      ConnectTimeout 1
                      ServerAliveInterval 1
                      ServerAliveCountMax 1

                    """).utf8))
        return ["ssh", "-T", "-F", settings, "bots-{shard:\(Self.count)}", "env"] + environment + [bot]
    }

    private func run(_ command: [String]) throws {
        let end = try rig.run(command).end()
        guard end.status == 0 else {
            throw SystemError("\(command.joined(separator: " ")): \(end.errorText)", code: EIO)
        }
    }
}
