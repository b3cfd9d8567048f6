"""Make the pictures of the extension for VS Code: `python -m tools.make_screenshots [NAME...]`, from the repository.

Real VS Code (code-server in Chromium, as in tests/editors) shows small programs; the pictures land in docs/images and,
for the extension's own page, in editors/vscode/images. Needs what tools/install_editors.sh installs, Pillow, and for
the panel TensorFlow. JetBrains Mono and Inter are used when they are installed.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from tests.editors.vscode.harness import Installation, Window, browsing, package, serving
from tests.editors.vscode.programs import notebook

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
COPIES = ROOT / "editors" / "vscode" / "images"
LARGEST = 150 * 1024
SCALE = 2

FLOWERS = '''"""Which flower is on the photograph?"""

import keras
from keras import layers


def photographs(folder):
    return keras.utils.image_dataset_from_directory(folder, image_size=(128, 128))


model = keras.Sequential(
    [
        keras.Input((128, 128, 3)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(5, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(lr=0.001),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(photographs("train"), validation_data=photographs("test"), epochs=20)
'''

LOSS, TOKEN = 'loss="categorical_crossentropy"', '"categorical_crossentropy"'

CELLS = (
    "import pandas as pd\n"
    "from sklearn.model_selection import train_test_split\n"
    "from sklearn.preprocessing import StandardScaler\n"
    "from tensorflow import keras\n"
    "from tensorflow.keras import layers",
    'table = pd.read_csv("titanic.csv")\n'
    'X, y = table[["Pclass", "Age", "SibSp", "Fare"]].values, table["Survived"].values\n'
    "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)\n"
    "scaler = StandardScaler()\n"
    "X_train = scaler.fit_transform(X_train)\n"
    "X_test = scaler.fit_transform(X_test)",
    "model = keras.Sequential([keras.Input(shape=(4,))])\n"
    'model.add(layers.Dense(32, activation="relu"))\n'
    'model.add(layers.Dense(16, activation="relu"))\n'
    'model.add(layers.Dense(1, activation="softmax"))\n'
    'model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])',
    "model.fit(X_train, y_train, epochs=30, validation_data=(X_test, y_test))",
)

PRICES = '''"""What does a house cost?"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
size = rng.uniform(25, 180, 2000)
age = rng.uniform(0, 90, 2000)
price = 2600 * size - 700 * age + rng.normal(0, 9000, 2000)
houses = np.column_stack([size / 180, age / 90])

model = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(houses, price, validation_split=0.2, epochs=12)
'''

SETTINGS: dict[str, Any] = {
    "workbench.colorTheme": "Default Dark Modern",
    "editor.fontFamily": "'JetBrains Mono', 'DejaVu Sans Mono', monospace",
    "editor.fontLigatures": False,
    "editor.fontSize": 13,
    "editor.lineHeight": 20,
    "editor.hover.above": False,
    "editor.occurrencesHighlight": "off",
    "editor.matchBrackets": "never",
    "editor.renderLineHighlight": "none",
    "editor.scrollBeyondLastLine": True,
    "editor.overviewRulerBorder": False,
    "editor.guides.indentation": False,
    "editor.bracketPairColorization.enabled": False,
    "editor.scrollbar.horizontal": "hidden",
    "editor.scrollbar.vertical": "hidden",
    "editor.hideCursorInOverviewRuler": True,
    "editor.cursorBlinking": "solid",
    "editor.lightbulb.enabled": "off",
    "breadcrumbs.enabled": False,
    "workbench.editor.editorActionsLocation": "hidden",
    "workbench.layoutControl.enabled": False,
    "notebook.showCellStatusBar": "hidden",
    "notebook.insertToolbarLocation": "hidden",
    "default-lint.diagnose.seconds": 300,
}

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><test name="family"><string>system-ui</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>
<match target="pattern"><test name="family"><string>sans-serif</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match></fontconfig>
"""


def main() -> None:
    """Make all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(PICTURES))
    names = parser.parse_args().names or list(PICTURES)
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        folder = base / "flowers"
        folder.mkdir()
        (folder / "train.py").write_text(FLOWERS, encoding="utf-8")
        (folder / "prices.py").write_text(PRICES, encoding="utf-8")
        (folder / "titanic.ipynb").write_text(json.dumps(notebook(*CELLS)), encoding="utf-8")
        (base / "fonts.conf").write_text(FONTS, encoding="utf-8")
        installation = Installation(base)
        installation.configure(SETTINGS)
        installation.install(package(base))
        fonts = {"FONTCONFIG_FILE": str(base / "fonts.conf")}
        with (
            serving(installation, "--disable-workspace-trust") as address,
            browsing(fonts, device_scale_factor=SCALE) as new_page,
        ):
            window = Window(new_page())
            window.open_folder(address, folder)
            for name in names:
                picture = PICTURES[name](window)
                _keep(f"vscode-{name}.png", picture)
                window.clear()


def squiggle(window: Window) -> bytes:
    """A finding under its token, with what it says."""
    _opened(window, 900, 680, 26)
    window.point(LOSS, TOKEN, says="one-hot")
    window.see(".monaco-hover:not(.hidden) .monaco-hover-content", "Quick Fix")
    return _shot(window, below=12, under=".monaco-hover:not(.hidden)")


def quickfix(window: Window) -> bytes:
    """What can be done about a finding."""
    _opened(window, 900, 640, 24)
    window.quick_fixes(LOSS, TOKEN)
    return _shot(window, below=14, under=".action-widget")


def inlay(window: Window) -> bytes:
    """Shapes behind layers, and what one of them says."""
    _opened(window, 900, 700, 1)
    window.point("(None, 61, 61, 64)", says="18,496 parameters")
    return _shot(window, below=6, after="model.fit(")


def cells(window: Window) -> bytes:
    """Findings in the cells of a notebook."""
    _opened(window, 900, 700, 1)
    window.open("titanic.ipynb")
    window.command("View: Close Other Editors in Group")
    window.underlined("X_test = scaler.fit_transform(X_test)", "fit_transform")
    window.click("X_test = scaler.fit_transform(X_test)", "X_test")
    window.page.keyboard.press("End")
    window.rest()
    return _shot(window, below=34, after="model.fit(")


def panel(window: Window) -> bytes:
    """The diagnosis of a training."""
    _sized(window, 1280, 860)
    window.open("prices.py")
    window.lens("Diagnose by a short run").click()
    window.inside(".verdict", seconds=400)
    window.inside("ol .card")
    window.press("notifications.clearAll")
    window.rest()
    return _shot(window)


PICTURES: dict[str, Callable[[Window], bytes]] = {
    "squiggle": squiggle,
    "quickfix": quickfix,
    "inlay": inlay,
    "notebook": cells,
    "panel": panel,
}


def _sized(window: Window, width: int, height: int) -> None:
    """Make room for an editor of this size."""
    window.page.set_viewport_size({"width": width + 300, "height": height + 60})


def _opened(window: Window, width: int, height: int, line: int) -> None:
    """Open the training script with a line in the middle, and wait until all is shown."""
    _sized(window, width, height)
    window.open("train.py")
    window.lens("layers")
    window.go_to(line)
    window.underlined(LOSS, TOKEN)
    window.until(lambda: "params" in window.line("        layers.Dense(5"), "hints")
    window.rest()


def _shot(window: Window, below: int = 0, under: str = "", after: str = "") -> bytes:
    """The editors, down to `below` an element or a line."""
    box = window.page.locator(".part.editor").bounding_box() or {}
    bottom = None
    if under:
        found = window.see(under).bounding_box() or {}
        bottom = found["y"] + found["height"]
    elif after:
        bottom = window.until(lambda: window.token(after), after).bottom
    if bottom is not None:
        box["height"] = min(box["height"], bottom + below - box["y"])
    return window.page.screenshot(clip=box, scale="device")  # type: ignore[arg-type]


def _keep(name: str, picture: bytes) -> None:
    """Write a picture with as many colors as its limit allows."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colors in (256, 128, 64, 32):
        small = io.BytesIO()
        image.quantize(colors, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        if small.tell() <= LARGEST:
            break
    for folder in (IMAGES, COPIES):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(small.getvalue())
    print(f"{name}: {image.width} x {image.height}, {colors} colors, {small.tell() / 1024:.0f} KB")


if __name__ == "__main__":
    main()
