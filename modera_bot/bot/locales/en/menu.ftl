### The first words, the menu, help, settings and history.

start-welcome =
    Hello, <b>{ $name }</b>! I’m { $bot }, your fitting room.

    Send me a photo of a garment and a photo of a person, and I’ll show how it looks on them.

    Which language do you prefer?
start-ready =
    Nice to meet you, <b>{ $name }</b>! Shall we try something on?

    Two photos are enough: a garment and a person.

menu-title = What would you like to do?
menu-busy =
    Your try-on is in progress, I’ll send the picture here as soon as it’s ready.

    Meanwhile:

button-tryon = 👗 Try on
button-history = 🖼 History
button-settings = ⚙️ Settings
button-help = 💡 Help
button-privacy = 🔒 Privacy

help =
    <b>How it works</b>
    1. Send a photo of a garment.
    2. Send a photo of a person, yourself for example.
    3. A few seconds later you get the picture.

    Either order is fine, and so are both at once. A forwarded post or a link to a garment’s page works, too.

    <b>The garment</b>
    • laid flat or on a hanger, seen from the front
    • whole, on a plain background

    <b>The person</b>
    • alone, facing the camera, standing straight
    • from the head down to the hips at least
    • arms slightly away from the body, in good light

    Sent as a file, a photo keeps its full sharpness.

    <b>What I can try on</b>
    T-shirts, shirts, sweaters and jackets, trousers, shorts, skirts and dresses. Shoes, hats, bags and other accessories aren’t supported.

    /style: colours and outfits that suit you
    /history: your pictures and style cards
    /cancel: stop a try-on
    /privacy: what becomes of your photos

settings-title =
    <b>Settings</b>

    <b>Blur results</b>: a picture stays blurred until you tap it.
    <b>Protect results</b>: Telegram won’t let anyone forward or save them.
    <b>Keep my photos</b>: for { $days ->
        [one] one day
       *[other] { $days } days
    }, so that you can use them again; otherwise they’re deleted once you’re back in the menu.
settings-language = Which language do you prefer?
settings-quality = <b>Quality</b>: more of it takes longer.
button-quality-standard = Standard
button-quality-high = High
button-quality-premium = Premium
button-set-language = Language: English
button-set-spoiler =
    { $value ->
        [on] Blur results: on
       *[off] Blur results: off
    }
button-set-protect =
    { $value ->
        [on] Protect results: on
       *[off] Protect results: off
    }
button-set-keep-photos =
    { $value ->
        [on] Keep my photos: yes
       *[off] Keep my photos: no
    }

history-empty =
    Nothing here yet. Your try-ons and style cards will gather in this place.
history-caption =
    { $number } of { $count } · { DATETIME($date, dateStyle: "long") }
    { $garment } · { $rating }
history-caption-advice =
    { $number } of { $count } · { DATETIME($date, dateStyle: "long") }
    { $season }
history-garment-tops = Top
history-garment-bottoms = Trousers or skirt
history-garment-one-pieces = Dress or jumpsuit
history-not-rated = not rated
button-newer = ‹ Newer
button-older = Older ›
history-sheet = { $first }–{ $last } of { $count }. Tap a number to open it.
button-history-sheet = ▦ At a glance
button-history-again = Again
button-history-open = Open
button-history-delete = Delete
button-history-erase = Yes, delete it
button-history-keep = Keep it
