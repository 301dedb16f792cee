import Reactor

/// Explains a libcurl error on the way to Telegram, and suggests a fix.
struct NetworkDiagnosis {
    /// The code from libcurl-errors(3).
    let code: Int
    /// libcurl's message, without the token.
    let reason: String
    /// The Bot API server's URL.
    let place: String
    /// The environment variable that sets a proxy, and its value; nil without a proxy.
    var proxy: (variable: String, value: String)?
    /// Whether the system's certificate bundle exists.
    var hasCertificates = true

    var diagnosis: Diagnosis { .fault("network", "\(place) can't be reached: \(reason). \(remedy)") }

    private var remedy: String {
        switch code {
        case 5:
            "The proxy of \(proxyName) can't be found: correct it, or unset the variable"
        case 6:
            "The host name can't be resolved: check the spelling, /etc/resolv.conf, and that this machine is online"
        case 7 where proxy != nil, 28 where proxy != nil, 97,
            56 where reason.contains("CONNECT"):
            reason.contains("407")
                ? "The proxy of \(proxyName) requires a user name and a password: http://NAME:PASSWORD@HOST:PORT"
                : "The proxy of \(proxyName) doesn't work: correct it, unset the variable, or add the host to no_proxy"
        case 7:
            "Nothing listens there, or a firewall is in the way"
        case 28:
            "No answer: a firewall is in the way, or Telegram is blocked here. To use a proxy, set https_proxy"
        case 35 where place.hasPrefix("https:"):
            "The server doesn't speak TLS: should the address begin with http://, or is a proxy in the way?"
        case 60:
            certificate
        case 77:
            Self.noCertificates
        case 1, 3:
            "Check --api-url and $TELEGRAM_API_URL"
        default:
            "Try it with: curl -v \(place)/"
        }
    }

    private var proxyName: String { proxy.map { "$\($0.variable) (\($0.value))" } ?? "the environment" }

    private static let noCertificates =
        "The system's certificates are missing: apt-get install ca-certificates"

    private var certificate: String {
        if reason.contains("expired") || reason.contains("not yet valid") {
            return "This machine's clock may be wrong: see date, and timedatectl set-ntp true"
        }
        guard hasCertificates else { return Self.noCertificates }
        return
            "A proxy, such as a company's, intercepts TLS with its own certificate: add its "
            + "authority with update-ca-certificates, or name a file with it by --ca-file or $SSL_CERT_FILE"
    }

    /// The proxy that libcurl uses for a URL; nil without one.
    ///
    /// - Parameter variable: reads an environment variable.
    static func proxy(for url: String, _ variable: (String) -> String?) -> (variable: String, value: String)?
    {
        ProxyVariable.used(for: url, variable).map { ($0.variable, Credentials.redact(url: $0.value)) }
    }
}
