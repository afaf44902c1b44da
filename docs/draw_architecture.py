"""Draw docs/images/architecture.svg: the rooms of the package, and which imports which.

Usage: python docs/draw_architecture.py

The rooms and their floors are those of the import contracts in pyproject.toml, the arrows those of the import graph.
An arrow that follows from others is left out: who imports the batch reaches the client through it. Same code, same
picture.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
PACKAGE = "gini_notebook"

WIDTH, MARGIN = 1080.0, 24.0
ROOM_HEIGHT, TITLE_HEIGHT, PADDING = 38.0, 30.0, 20.0
FLOOR_GAP, ROOM_GAP = 46.0, 18.0
STYLE = """
  text { font: 15px sans-serif; fill: #1a1a1a; text-anchor: middle; dominant-baseline: central; }
  .wing { fill: #f2f5f9; stroke: #8a99ad; stroke-width: 1.2; }
  .wing-name { font-weight: bold; }
  .room { fill: #ffffff; stroke: #34506f; stroke-width: 1.4; rx: 6px; }
  .import { fill: none; stroke: #5b7ea8; stroke-width: 1.3; stroke-opacity: .75; marker-end: url(#head); }
"""

Floors = Mapping[str, list[list[str]]]
Imports = dict[str, set[str]]


@dataclass
class Plan:
    """Where each room stands: x, y, width, height."""

    places: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    wings: set[str] = field(default_factory=set)

    def put(self, floors: Floors, container: str, left: float, top: float, width: float) -> float:
        """Place the rooms of a container, floor by floor; return where the next thing may begin."""
        for rooms in floors[container]:
            each = (width - ROOM_GAP * (len(rooms) - 1)) / len(rooms)
            heights = [
                self._put_one(floors, room, left + number * (each + ROOM_GAP), top, each)
                for number, room in enumerate(rooms)
            ]
            top += max(heights) + FLOOR_GAP
        return top - FLOOR_GAP

    def _put_one(self, floors: Floors, room: str, left: float, top: float, width: float) -> float:
        height = ROOM_HEIGHT
        if room in floors:
            self.wings.add(room)
            inside = self.put(floors, room, left + PADDING, top + TITLE_HEIGHT + PADDING / 2, width - 2 * PADDING)
            height = inside + PADDING - top
        self.places[room] = (left, top, width, height)
        return height


def read_floors() -> dict[str, list[list[str]]]:
    """Return the floors of each container, the highest first, as full names of rooms."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = {}
    for contract in settings["tool"]["importlinter"]["contracts"]:
        for container in contract.get("containers", ()):
            names = [layer.replace(":", "|").split("|") for layer in contract["layers"]]
            floors[container] = [[f"{container}.{name.strip(' ()')}" for name in layer] for layer in names]
    return floors


def read_imports(floors: Floors) -> Imports:
    """Return which room imports which; what stands beside the wings is imported by a wing as a whole."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
    rooms = {room for layers in floors.values() for layer in layers for room in layer}
    found: Imports = {room: set() for room in rooms}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            source, target = room_of(module, rooms), room_of(imported, rooms)
            if source and target and source != target:
                found[source if target.count(".") > 1 else first_level(source)].add(target)
    return found


def room_of(module: str, rooms: set[str]) -> str:
    """Return the innermost room a module stands in, empty for the front door of the package."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in rooms), "")


def first_level(room: str) -> str:
    """Return the room itself or the wing it stands in."""
    return ".".join(room.split(".")[:2])


def essential(imports: Imports) -> Iterator[tuple[str, str]]:
    """Yield the imports that do not follow from others."""
    for source in sorted(imports):
        for target in sorted(imports[source]):
            others = imports[source] - {target}
            if not any(target in reachable(imports, other) for other in others):
                yield source, target


def reachable(imports: Imports, start: str) -> set[str]:
    """Return what a room needs in the end; who needs a room of a wing needs what the wing needs."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        room = ahead.pop()
        new = (imports[room] | imports[first_level(room)]) - found
        found |= new
        ahead += new
    return found


def drawn(plan: Plan, imports: Imports, height: float) -> str:
    """Return the picture: arrows of wings, wings, arrows of rooms, rooms, so that lines pass behind names."""
    arrows = list(essential(imports))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img">',
        "<title>The rooms of gini_notebook and what they import</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5b7ea8"/></marker></defs>',
        f'<rect width="{WIDTH:g}" height="{height:g}" fill="#ffffff"/>',
        *(box(plan, wing, "wing") for wing in sorted(plan.wings)),
        *(arrow(plan, source, target) for source, target in arrows),
        *(box(plan, room, "room") for room in sorted(plan.places) if room not in plan.wings),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def box(plan: Plan, room: str, kind: str) -> str:
    """Return a room with its name in the middle, or a wing with its name on top."""
    x, y, width, height = plan.places[room]
    middle = y + (TITLE_HEIGHT / 2 + 4 if kind == "wing" else height / 2)
    name = escape(room.rpartition(".")[2])
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6"/>'
        f'<text class="{kind}-name" x="{x + width / 2:.1f}" y="{middle:.1f}">{name}</text>'
    )


def arrow(plan: Plan, source: str, target: str) -> str:
    """Return a curve from the lower edge of one room to the upper edge of the other."""
    left, top, width, height = plan.places[source]
    to_left, to_top, to_width, _ = plan.places[target]
    from_x, from_y, to_x, to_y = left + width / 2, top + height, to_left + to_width / 2, to_top
    bend = max(24.0, (to_y - from_y) / 2)
    handles = f"{from_x:.1f} {from_y + bend:.1f} {to_x:.1f} {to_y - bend:.1f}"
    return f'<path class="import" d="M{from_x:.1f} {from_y:.1f}C{handles} {to_x:.1f} {to_y:.1f}"/>'


def draw() -> str:
    """Return the picture of the package as it is."""
    floors = read_floors()
    plan = Plan()
    end = plan.put(floors, PACKAGE, MARGIN, MARGIN, WIDTH - 2 * MARGIN)
    return drawn(plan, read_imports(floors), end + MARGIN)


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
