# Makes Tests/Data/methods.ndjson of a list of the Bot API's methods; docs/contributing.md has its form.
.methods[]
| { name, params: (.params | map({(.name): .types}) | add // {}),
    required: [.params[] | select(.required) | .name],
    files: (.file_params | map({(.param): [.paths // [] | .[].path]}) | add // {}), returns }
