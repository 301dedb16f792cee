# Generates Tests/Data/methods.ndjson from a list of the Bot API's methods; docs/contributing.md describes the list.
.methods[]
| { name, params: (.params | map({(.name): .types}) | add // {}),
    required: [.params[] | select(.required or .required_until) | .name],
    files: (.file_params | map({(.param): [.paths // [] | .[].path]}) | add // {}), returns }
