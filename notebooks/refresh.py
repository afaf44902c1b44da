"""Execute the notebooks and keep the outputs that nbval compares. Usage: python notebooks/refresh.py [NOTEBOOK ...]

Outputs of cells with the tag ``nbval-ignore-output`` (pictures, widgets) differ between machines and are left out.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def refresh(path: Path) -> None:
    """Run one notebook in its folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(HERE)}}, store_widget_state=False
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            # What the sandbox's own process logs comes when it likes, or not at all.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        if cell.cell_type == "code" and "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)


if __name__ == "__main__":
    os.environ["CI"] = "true"  # no progress bars
    for name in sys.argv[1:] or sorted(map(str, HERE.glob("*.ipynb"))):
        refresh(Path(name).resolve())
        print(f"refreshed {Path(name).name}")
