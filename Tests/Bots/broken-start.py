#!/usr/bin/env python3
# Imports a missing module.
import json
import no_such_module

for line in no_such_module.lines():
    print(json.dumps({"type": "telegram.send_message", "text": line}))
