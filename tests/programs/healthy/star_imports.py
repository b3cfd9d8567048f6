from numpy import *
from tensorflow.keras.layers import *
from tensorflow.keras.models import *
from tensorflow.keras.callbacks import *
import tensorflow.keras.utils as ku

set_printoptions(precision=3)
random.seed(0)

# toy melodies: a note depends on the two before
melody = [0, 4]
while len(melody) < 3000:
    melody.append((melody[-1] + 2 * melody[-2] + int(random.randint(0, 2))) % 12)
melody = array(melody)

window = 8
notes = stack([melody[i:i + window] for i in range(len(melody) - window)])
following = ku.to_categorical(melody[window:], 12)
n_train = 2500

inputs = Input(shape=(window,))
x = Embedding(12, 8)(inputs)
x = LSTM(64, return_sequences=True)(x)
x = LSTM(32)(x)
x = Dropout(0.1)(x)
outputs = Dense(12, activation='softmax')(x)
model = Model(inputs, outputs)
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(notes[:n_train], following[:n_train],
          validation_data=(notes[n_train:], following[n_train:]),
          epochs=20, batch_size=64,
          callbacks=[EarlyStopping(monitor='val_accuracy', patience=4, restore_best_weights=True)])
print(model.predict(notes[-1:], verbose=0))
