#!/usr/bin/env python3
# Needs a module that isn't there.
import json
import no_such_module

for line in no_such_module.lines():
    print(json.dumps({"type": "telegram.send_message", "text": line}))
