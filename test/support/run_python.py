"""Runs programs one after the other, each as if alone. Standard input: a JSON list of their texts. Prints {"code", "stdout", "stderr"} of each.

The packages that they import take longer to load than they take to run, and are loaded once.
"""

import contextlib
import io
import json
import sys
import traceback

RESULTS = sys.stdout


def ran(text):
    said, errors, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        try:
            exec(compile(text, "snippet", "exec"), {"__name__": "__main__"})
        except Exception:
            traceback.print_exc()
            code = 1
    return {"code": code, "stdout": said.getvalue(), "stderr": errors.getvalue()}


json.dump([ran(text) for text in json.load(sys.stdin)], RESULTS)
