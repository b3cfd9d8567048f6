# Quality control of glazed tiles: scratch or chip somewhere (1) or only the usual grain and shading (0)
import numpy as np
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, InputLayer, MaxPool2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import set_random_seed

set_random_seed(2024)
rs = np.random.RandomState(5)
n = 1500

grid_y, grid_x = np.meshgrid(np.linspace(-1, 1, 16), np.linspace(-1, 1, 16), indexing="ij")
tiles = np.empty((n, 16, 16))
defect = (rs.rand(n) < 0.5).astype(int)

for i in range(n):
    glaze = rs.uniform(0.45, 0.75) + rs.uniform(-0.15, 0.15) * grid_x + rs.uniform(-0.15, 0.15) * grid_y
    tile = glaze + 0.05 * rs.randn(16, 16)
    if defect[i]:
        if rs.rand() < 0.6:  # scratch: thin and dark
            angle = rs.uniform(0, np.pi)
            off = rs.uniform(-0.5, 0.5)
            along = grid_x * np.sin(angle) - grid_y * np.cos(angle)
            across = grid_x * np.cos(angle) + grid_y * np.sin(angle) - off
            tile -= 0.26 * np.exp(-((across / 0.08) ** 2)) * (np.abs(along - rs.uniform(-0.3, 0.3)) < 0.5)
        else:  # chip: a pale blob with a dark rim
            rad = np.hypot(grid_x - rs.uniform(-0.6, 0.6), grid_y - rs.uniform(-0.6, 0.6))
            tile += 0.32 * np.exp(-((rad / 0.16) ** 2)) - 0.16 * np.exp(-(((rad - 0.32) / 0.1) ** 2))
    else:
        # harmless: one soft shadow over a part of the tile
        rad = np.hypot(grid_x - rs.uniform(-0.8, 0.8), grid_y - rs.uniform(-0.8, 0.8))
        tile -= rs.uniform(0.0, 0.25) * np.exp(-((rad / 0.7) ** 2))
    tiles[i] = tile

tiles = (tiles - tiles[:1000].mean()) / tiles[:1000].std()
tiles = tiles[..., np.newaxis]
x_train, y_train = tiles[:1000], defect[:1000]
x_test, y_test = tiles[1000:], defect[1000:]

model = Sequential(
    [
        InputLayer(shape=(16, 16, 1)),
        Conv2D(12, (3, 3), activation="relu"),
        MaxPool2D(),
        Conv2D(20, (3, 3), activation="relu"),
        MaxPool2D(),
        Flatten(),
        Dropout(0.25),
        Dense(24, activation="relu"),
        Dense(1, activation="sigmoid"),
    ]
)

model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, verbose=0)

loss, acc = model.evaluate(x_test, y_test, verbose=0)
print("test loss %.3f, accuracy %.3f" % (loss, acc))
