### What went wrong, and what would help: one text for each code of errors.py.

## A file

error-empty-file = This file is empty. Please send the photo again.
error-not-a-picture = This file isn’t a picture, whatever its name says. Please send a photo (JPEG, PNG, WebP or HEIC).
error-unsupported-format = I can’t read this kind of picture. Please send it as a photo, or as a JPEG, PNG, WebP or HEIC file.
error-file-too-large = This file is too large for me. Send it as a photo instead of a file: Telegram will make it smaller.
error-too-many-pixels = This picture has too many pixels for me. Send it as a photo instead of a file: Telegram will make it smaller.
error-picture-too-small = This picture is too small to see the details. Please send a larger one, at least 500 pixels wide.
error-broken-picture = This picture is damaged, I can’t open it. Please send it again or choose another one.

## A photo of a person

error-no-person = I can’t see a person in this photo. What helps: one person in full view, facing the camera, in good light.
error-several-people = There are several people in this photo, and I wouldn’t know whom to dress. Please send one with a single person.
error-person-too-small = The person in this photo is too small. Please send one taken from closer, with the body filling most of it.
error-person-unclear = I can’t make out the body clearly. What helps: good light, nothing in front of the body, facing the camera.
error-turned-away = The person is turned too far to the side. Please send a photo from the front.
error-leaning = The person is leaning or lying down. Please send a photo standing upright.
error-seated = The person is sitting, and trousers, skirts and dresses can’t be drawn on bent legs. Please send a photo standing upright.
error-arms-in-front = Both arms are in front of the body, so the garment can’t be drawn behind them. Please send a photo with the arms at the sides.
error-body-cropped = Too much of the body is outside the photo. Please send one from the head down to the hips at least.
error-legs-cropped = There’s too little of the legs in the photo to put this on. Please send one that shows the whole figure, down to the feet if possible.
error-outline-unclear = I can’t tell the person from the background. What helps: a plain background that differs from the clothes.

## A photo of a garment

error-no-garment = I can’t see a garment in this photo. What helps: one garment laid flat or on a hanger, on a plain background.
error-busy-background = The background is too lively to tell the garment from it. Please lay it on a plain, even surface.
error-garment-cropped = Part of the garment is outside the photo. Please send one that shows all of it, with some space around.
error-garment-not-frontal = The garment is at an angle or folded. Please send a photo straight from the front, spread out.
error-garment-on-person = This garment is worn by somebody, and I can’t lift it off this photo. Please send one of the garment alone, laid flat or on a hanger. A top may stay on a model who faces the camera, arms beside the body, the hem in the photo.
error-category-unsupported = I can’t try on this kind of garment yet. T-shirts, shirts, jackets, trousers, shorts, skirts and dresses work.
error-several-garments-unsupported = I can only try on one garment at a time. Please send one.

## The machinery

error-models-missing = The bot isn’t fully set up yet: its models are missing. Please tell whoever runs it, and try again later.
error-backend-unavailable = The program that makes the pictures can’t be reached right now. Please try again in a few minutes.
error-backend-timeout = It took too long, so I stopped. Nothing is wrong with your photos; please try again.
error-backend-refused = The program that makes the pictures declined these photos. Other photos may work.
error-backend-failed = The program that makes the pictures stumbled. Nothing is wrong with your photos; please try again.
error-out-of-memory = The computer that makes the pictures has no room for this one right now. Nothing is wrong with your photos; please try again later.
error-storage-unavailable = I can’t get at the pictures right now. Please try again in a few minutes.
error-picture-gone = This picture has been deleted, or its time was over. Please send the photos again to make a new one.
error-not-enough-credits = You don’t have enough credits for this.
error-payment-unavailable = This can’t be bought right now. See /buy for what can.
error-too-many-jobs = You have several pictures in the works already. Wait until one is there, then try again.
error-job-lost = The work on your picture was cut off. Nothing is wrong with your photos; please try again.
error-job-cancelled = This try-on was stopped. You can start another at any time.
error-config = The bot isn’t set up correctly. Please tell whoever runs it.
error-unexpected =
    Something went wrong on my side (error <code>{ $id }</code>), and it has been written down.

    Please try again. If it keeps happening, tell whoever runs this bot that number.

error-given-up =
    I couldn’t manage the last thing you did, though I tried several times. It has been written down. Please do it once more, or start anew from the menu: /menu

error-too-fast = That’s more than I can keep up with. I’ve left out some of your messages; please send the last one again in a moment.
