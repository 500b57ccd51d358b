### The try-on: from two photos to a picture.

command-about =
    Your fitting room: send a photo of a garment and a photo of a person, and see how it looks on them. Pictures are made by a program and say so.
command-about-short = See how a garment looks on you: two photos are enough.

## Asking for photos

tryon-begin =
    <b>Let’s try something on</b>

    Send two photos, in any order or both at once:

    👕 the garment, laid flat or on a hanger, on a plain background
    🧍 the person, alone, facing the camera, from head to hips at least
tryon-wanted-both = Send a photo of a garment and a photo of a person, in any order.
tryon-wanted-garment = Now send a photo of the garment 👕
tryon-wanted-person = Now send a photo of the person 🧍
tryon-wanted-another = You can send another photo of the garment or of the person; I’ve kept the ones you sent.

tryon-got-garment =
    { $category ->
        [tops] Got the garment: <b>a top</b>, I’d say.
        [bottoms] Got the garment: <b>trousers or a skirt</b>, I’d say.
        [one-pieces] Got the garment: <b>a dress or overalls</b>, I’d say.
       *[unknown] Got the garment. I can’t tell what kind it is: please choose.
    }
    { $category ->
        [unknown] Then send a photo of the person 🧍
       *[other] Correct me if I’m wrong. And send a photo of the person 🧍 facing the camera, from head to hips at least.
    }
tryon-got-person =
    Got the photo of the person.

    Now send the garment 👕 laid flat or on a hanger, seen from the front, on a plain background.
tryon-got-look =
    Got both: <b>{ $first ->
        [tops] a top
       *[bottoms] trousers or a skirt
    }</b> and <b>{ $second ->
        [tops] a top
       *[bottoms] trousers or a skirt
    }</b>. I’ll put them on together, as one look.

    Now send a photo of the person 🧍 facing the camera, from head to feet.
tryon-used-best =
    { $count ->
        [one] I’ve taken the one photo that suits best.
       *[other] I’ve taken the { $count } photos that suit best.
    }

tryon-which-role = I’m not sure about this photo. What is it for?
tryon-who = There are { $count } people in this photo. Whom shall I dress? Tap the number 👇
tryon-second-garment =
    That’s another garment, and I have one already. Now I need a photo of the person 🧍

    Or would you rather have this garment?
tryon-second-person =
    That’s another photo of a person. Now I need the garment 👕

    Or would you rather have this photo of the person?
tryon-unsupported =
    I can’t try on shoes, hats, bags and other accessories yet. They’d come out wrong.

    Send a T-shirt, a shirt, a sweater, a jacket, trousers, a skirt or a dress instead 👕
tryon-kind-unsupported =
    { $category ->
        [bottoms] That looks like <b>trousers or a skirt</b>, and I can’t try those on yet.
        [one-pieces] That looks like <b>a dress or overalls</b>, and I can’t try those on yet.
       *[tops] That looks like <b>a top</b>, and I can’t try those on yet.
    }

    Send another garment 👕 Or tell me what it is, if I’m wrong.
tryon-wrong-kind = If it’s really something else, tell me what it is.
tryon-download-failed = I couldn’t fetch this photo from Telegram. Please send it once more.

link-unreachable = I couldn’t open this link. Please send the picture itself: save it, or take a screenshot.
link-no-picture = There’s no picture that I can read behind this link. Please send the picture itself: save it, or take a screenshot.

button-is-garment = 👕 It’s the garment
button-is-person = 🧍 It’s the person
button-replace-garment = 👕 Take this garment
button-replace-person = 🧍 Take this photo
button-kind-tops = Top
button-kind-bottoms = Bottom
button-kind-one-pieces = Dress
button-kind-other = Something else (shoes, hat…)
button-only-tops = Only the top
button-only-bottoms = Only the trousers or skirt
button-swap = ⇄ The other way round
button-cancel = ✕ Cancel
button-retry = 🔄 Try again

## While it runs

status-queued =
    { $position ->
        [0] ⏳ <b>Your picture is next</b>
        [one] ⏳ <b>In the queue:</b> { $position } picture before yours
       *[other] ⏳ <b>In the queue:</b> { $position } pictures before yours
    }
status-running = ✨ <b>{ $stage }</b>
status-eta-seconds = About { $seconds } s to go
status-eta-minutes = About { $minutes } min to go
stage-reading = Looking at the photos…
stage-fitting = Fitting the garment…
stage-drawing = Drawing your picture…
stage-finishing = Finishing touches…

tryon-busy = I’m still working on your picture and will send it here. /cancel stops it; then you can send other photos.
tryon-expired = It’s been quiet for a while, so I’ve put this try-on away. Start again whenever you like.

cancel-done = Stopped. Shall we try something else?
cancel-nothing = There’s nothing to stop right now.
cancel-too-late = Too late to stop: your picture is just about to arrive.

## The result

result-label = ✨ <b>AI-generated</b>
result-label-draft =
    ✨ <b>AI-generated · draft</b>
    A quick sketch: it shows the look, not the exact fit.
result-preview = ⏳ A better picture is on its way.
result-deleted = This picture has been deleted. Copies you saved or received as a file stay with you.

tryon-again-person = I’ve kept the photo of the person. Send another garment 👕
tryon-again-garment = I’ve kept the garment. Send another photo of a person 🧍

result-photo-gone = I no longer have the photo this picture was made from. To try something else on, please send photos again.
button-result-compare = ◧ Before / after
button-result-single = 🖼 Result
button-result-file = 📎 As a file
button-result-garment = 👕 Another garment, same photo
button-result-person = 🧍 Same garment, another photo
button-result-delete = 🗑 Delete
button-result-erase = Yes, delete the picture
button-result-keep = Keep it

alert-rated =
    { $stars ->
        [1] Thanks! I’ve noted one star.
       *[other] Thanks! I’ve noted { $stars } stars.
    }
alert-busy = I’m still working on your picture. Once it’s here (or after /cancel) you can go on.
alert-stale = This button is from earlier and has nothing to act on any more. /menu shows what you can do now.
alert-too-late = Too late: your picture is just about to arrive.
alert-photo-gone = I no longer have this photo. Please send it again.

notice-slightly-turned = ℹ️ The person is turned a little, so the garment may sit slightly off.
notice-seated = ℹ️ The person is sitting, so the lower part of the garment may look off.
notice-hand-in-front = ℹ️ A hand in front of the body may look a little off.
notice-hips-outside = ℹ️ The hips are outside the photo, so I’ve guessed where the garment ends.
notice-skin-like-clothes = ℹ️ The clothes in the photo are close to the skin in colour, so the edges may be off.
notice-no-face = ℹ️ No face is visible, so the skin tone is a guess.
notice-small-photo = ℹ️ The photo is small; a larger one gives a sharper picture.
notice-draft-unlikely = ℹ️ The quick sketch can hardly manage these photos; I’ve tried nevertheless.

## Anything else

unknown-text = I understand photos and buttons rather than words.
unknown-command = I don’t know this command; /help shows what I can do.
unknown-voice = I can’t listen to voice messages and music.
unknown-video = I can’t use videos and animations, only photos.
unknown-document = This file isn’t a picture that I can read. Send it as a photo, or as a JPEG or PNG file.
unknown-sticker = Nice one! But I can’t dress a sticker.
unknown-other = I’ve no use for this, I’m afraid.
