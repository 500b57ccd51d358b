### The stylist: from one photo and a few wishes to advice.

error-face-unclear = I can’t see the face well enough to tell its colours. Please send a photo in which it is larger, turned to the camera and uncovered.
error-colour-cast = The light in this photo has a colour of its own, or the photo has none, so I can’t tell the colours of skin and hair honestly. Daylight at a window works best.
error-backlit = The face lies in the shade here, so I can’t tell its colours honestly. Please turn to the light: a window in front of you, not behind.
stage-colours = Looking at the colours…
stage-outfits = Putting outfits together…
command-style = What suits you, and why
button-stylist = 🎨 Stylist

stylist-begin =
    <b>What suits you?</b>

    Send one photo of yourself in daylight: face turned to the camera, hair visible, nothing in front of the face. I’ll look at the colours, ask what you need, and put outfits together.
stylist-wanted = Send a photo of one person 🧍 in daylight, face to the camera.
stylist-choose = Use the buttons above, or simply write what you wish for. When you’re ready, tap “Advise me”.
stylist-who = There are { $count } people in this photo. Whom shall I advise? Tap the number 👇
stylist-expired = It’s been quiet for a while, so I’ve put the stylist away. Your wishes are kept; start again whenever you like.
stylist-tell-instead = Or tell me yourself how you look: then I’ll advise without measuring.
stylist-gone = I no longer have this photo or card. Send a photo to get new advice.

## Wishes

stylist-page-main =
    Got your photo! <b>What is it for, and whose clothes shall I look at?</b>

    Everything else is optional. You can also write what you wish for, in your own words.
stylist-page-style = <b>Which styles do you like, and how should clothes sit?</b> Tap as many as you like.
stylist-page-liked = <b>Which colours do you love?</b>
stylist-page-avoided = <b>Which colours shall I leave out?</b>
stylist-page-budget = <b>What may one outfit cost?</b>
stylist-page-size = <b>Which size do you wear?</b>
stylist-page-body =
    <b>What is your body shape, in your own words?</b> I never judge it from a photo.

    Or type your measurements in cm: height, chest, waist, hips. For example: <code>168 92 74 98</code>
stylist-page-looks = <b>How do you look?</b> What you say counts more than what I see. Gold or silver: which lights up your face?
stylist-measured = Thank you, I’ve noted your measurements. Anything else?
stylist-wish-noted = I’ve noted your wish. Anything else?

button-stylist-go = ✨ Advise me
button-stylist-wishes = My wishes
button-stylist-tell = 🙋 I’ll tell you myself
button-page-style = 👔 Style and fit
button-page-budget = 💶 Budget
button-page-liked = 💚 Colours: yes
button-page-avoided = 🚫 Colours: no
button-page-size = 📏 Size
button-page-body = 🧍 Body shape
button-page-looks = 🙋 Skin, hair, eyes

button-occasion-everyday = Every day
button-occasion-work = Work
button-occasion-evening = Evening out
button-occasion-travel = Travel
button-wardrobe-women = Women’s
button-wardrobe-men = Men’s
button-wardrobe-any = Both
button-style-classic = Classic
button-style-minimal = Minimal
button-style-casual = Casual
button-style-romantic = Romantic
button-style-sporty = Sporty
button-style-bold = Bold
button-fit-fitted = Fitted
button-fit-regular = Straight
button-fit-loose = Relaxed
button-hue-black = Black
button-hue-white = White
button-hue-grey = Grey
button-hue-beige = Beige
button-hue-brown = Brown
button-hue-red = Red
button-hue-pink = Pink
button-hue-orange = Orange
button-hue-yellow = Yellow
button-hue-green = Green
button-hue-blue = Blue
button-hue-purple = Purple
button-body-hourglass = Hourglass
button-body-triangle = Hips wider
button-body-inverted-triangle = Shoulders wider
button-body-rectangle = Straight
button-body-oval = Rounder middle
button-skin-light = Skin: light
button-skin-medium = medium
button-skin-deep = deep
button-undertone-warm = Gold
button-undertone-neutral = both
button-undertone-cool = Silver
button-hair-blond = Hair: blond
button-hair-red = red
button-hair-brown = brown
button-hair-dark = black
button-hair-grey = grey
button-eyes-brown = Eyes: brown
button-eyes-hazel = hazel
button-eyes-green = green
button-eyes-blue = blue
button-eyes-grey = grey
button-money-to = up to { NUMBER($high) } { $sign }
button-money-between = { NUMBER($low) }–{ NUMBER($high) } { $sign }
button-money-from = from { NUMBER($low) } { $sign }

## The advice

stylist-season-spring = <b>🌷 Spring: warm and light</b>
stylist-season-summer = <b>🌊 Summer: cool and light</b>
stylist-season-autumn = <b>🍂 Autumn: warm and deep</b>
stylist-season-winter = <b>❄️ Winter: cool and deep</b>
stylist-also-spring = Spring is close, so try its colours as well.
stylist-also-summer = Summer is close, so try its colours as well.
stylist-also-autumn = Autumn is close, so try its colours as well.
stylist-also-winter = Winter is close, so try its colours as well.
stylist-seen = <b>What I see</b>
stylist-not-seen = can’t tell from this photo
stylist-told = { $value } (you said so)
stylist-probably = probably { $value }
stylist-trait-skin = Skin
stylist-trait-undertone = Undertone
stylist-trait-hair = Hair
stylist-trait-eyes = Eyes
stylist-trait-contrast = Contrast
stylist-value-skin-light = light
stylist-value-skin-medium = medium
stylist-value-skin-deep = deep
stylist-value-undertone-warm = warm
stylist-value-undertone-neutral = neutral
stylist-value-undertone-cool = cool
stylist-value-hair-blond = blond
stylist-value-hair-red = red
stylist-value-hair-brown = brown
stylist-value-hair-dark = black or very dark
stylist-value-hair-grey = grey
stylist-value-eyes-brown = brown
stylist-value-eyes-hazel = hazel
stylist-value-eyes-green = green
stylist-value-eyes-blue = blue
stylist-value-eyes-grey = grey
stylist-value-contrast-low = gentle
stylist-value-contrast-medium = medium
stylist-value-contrast-high = strong
stylist-best = <b>Best near the face:</b> { $colours }
stylist-weaker = <b>Further from the face:</b> { $colours }
stylist-dos = <b>What works for you</b>
stylist-shape = <b>For your shape</b>
stylist-donts = <b>Rather not</b>
stylist-unsure = 🙋 Less sure: { $traits }. Tell me under “Other wishes”, and I’ll be more exact.
stylist-why = What didn’t you like? The next advice will heed it.
stylist-why-words = Tap a reason, or tell me in your own words.
stylist-complaint-noted = Thank you, I’ve noted it. Shall I advise again?

button-stylist-outfit = Outfit { $number }
button-stylist-save = 💾 Save
button-stylist-file = 📎 As a file
button-stylist-tryon = 👕 Try something on
button-stylist-redo = 🔁 Other wishes
button-stylist-again = 🔁 Advise again
button-why-colours = The colours
button-why-too-bold = Too bold
button-why-too-plain = Too plain
button-why-not-me = Not my style
button-why-price = Too expensive
alert-profile-saved = Saved as your profile.
alert-praised = Thank you, I’m glad!
