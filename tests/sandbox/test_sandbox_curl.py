"""The commands that the service's documentation shows, sent by a real curl."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gini_notebook.sandbox import Sandbox

SCRIPT = Path(__file__).with_name("curl_documented.sh")


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_the_documented_commands_work(sandbox: Sandbox, files: Any, tmp_path: Path) -> None:
    pdf, jpeg = tmp_path / "rechnung.pdf", tmp_path / "seite1.jpg"
    pdf.write_bytes(files.pdf(2))
    jpeg.write_bytes(files.picture())
    names = {
        "GINI_API_URL": sandbox.api,
        "GINI_USER_CENTER_URL": sandbox.user_center,
        "GINI_CA_FILE": sandbox.ca_file,
        "GINI_CLIENT_ID": sandbox.client_id,
        "GINI_CLIENT_SECRET": sandbox.client_secret,
    }
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    command = ["bash", str(SCRIPT), str(pdf), str(jpeg)]
    done = subprocess.run(
        command,
        env=kept | names,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    calls = done.stdout.splitlines()
    assert len(calls) >= 43
    assert calls[-1] == "401 token of a deleted user"
