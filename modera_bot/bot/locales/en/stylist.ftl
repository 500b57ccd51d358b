### The stylist: from one photo and a few wishes to advice.

error-face-unclear = I can’t see the face well enough to tell its colours. Please send a photo in which it is larger, turned to the camera and uncovered.
error-colour-cast = The light in this photo has a colour of its own, so I can’t tell the colours of skin and hair honestly. Daylight at a window works best.
error-backlit = The face lies in the shade here, so I can’t tell its colours honestly. Please turn to the light: a window in front of you, not behind.
stage-colours = Looking at the colours…
stage-outfits = Putting outfits together…
