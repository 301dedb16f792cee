import ArgumentParser

struct CompletionsCommand: LoopCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable {
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a shell completion script.",
        discussion: """
            After '--', the shell completes the program and its arguments as usual. Install the script for one shell, \
            then start a new shell; the example loads it into the current bash only.

              bash  pipegram completions bash >/etc/bash_completion.d/pipegram
              zsh   pipegram completions zsh >/usr/local/share/zsh/site-functions/_pipegram
              fish  pipegram completions fish >~/.config/fish/completions/pipegram.fish

            Example:  source <(pipegram completions bash)
            """)

    @Argument(help: "Shell")
    var shell: Shell

    @MainActor func start() throws -> ExitCode {
        let script: String =
            switch shell {
            case .bash: Self.opened(Pipegram.completionScript(for: .bash), with: Self.bash)
            case .zsh: Self.opened(Pipegram.completionScript(for: .zsh), with: Self.zsh)
            case .fish: Pipegram.completionScript(for: .fish) + Self.fish
            }
        try printOut(Array((script + "\n").utf8))
        return .success
    }

    /// Inserts `lines` at the start of the function that handles completions.
    private static func opened(_ script: String, with lines: String) -> String {
        let start = "_pipegram() {"
        return script.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0 == start ? "\(start)\n\(lines)" : String($0) }.joined(separator: "\n")
    }

    /// The commands that may follow `help`.
    private static let names = Pipegram.commands.map { $0._commandName }.joined(separator: " ")

    // After '--' comes another program's command line, which the shell's own completion handles.

    private static let bash = """
            if ((COMP_CWORD == 2)) && [[ "${COMP_WORDS[1]}" = help ]]; then
                mapfile -t COMPREPLY < <(compgen -W '\(names)' -- "${2}")
                return
            fi
            local -i pipegram_word
            for ((pipegram_word = 1; pipegram_word < COMP_CWORD; pipegram_word++)); do
                [[ "${COMP_WORDS[pipegram_word]}" = -- ]] || continue
                ((pipegram_word++))
                if declare -F _comp_command_offset >/dev/null; then
                    _comp_command_offset "${pipegram_word}"
                elif declare -F _command_offset >/dev/null; then
                    _command_offset "${pipegram_word}"
                elif ((pipegram_word == COMP_CWORD)); then
                    mapfile -t COMPREPLY < <(compgen -c -- "${2}"; compgen -f -- "${2}")
                else
                    mapfile -t COMPREPLY < <(compgen -f -- "${2}")
                fi
                return
            done
        """

    private static let zsh = """
            if ((CURRENT == 3)) && [[ "${words[2]}" = help ]]; then
                compadd \(names)
                return
            fi
            local -i pipegram_word="${words[(i)--]}"
            if ((pipegram_word < CURRENT)); then
                shift "${pipegram_word}" words
                ((CURRENT -= pipegram_word))
                _normal
                return
            fi
        """

    private static let fish = """

        function __pipegram_program
            set -l words (commandline -opc)
            set -l place (contains -i -- -- $words); or return 1
            test (count $argv) -gt 0; and return 0
            set -l program (string escape -- $words[(math $place + 1)..])
            complete -C "$program "(commandline -ct)
        end
        complete -c pipegram -n '__pipegram_program --' -fa '(__pipegram_program)'
        complete -c pipegram -n '__fish_seen_subcommand_from help' -fa '\(names)'
        """
}
