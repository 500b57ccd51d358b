### Words that several flows use.

# how the language calls itself
button-language = English

button-menu = ☰ Menu
button-back = ‹ Back

command-menu = Main menu
command-tryon = Try something on
command-history = Your pictures
command-settings = Language and other settings
command-help = How it works
command-privacy = Your photos and data
command-cancel = Stop what is going on
command-delete = Delete everything about you

# shown in the empty chat and in the bot's profile
command-about =
    See how clothes look on you.

    Send a photo of a garment and a photo of a person: I’ll send back the person wearing it. Your photos stay yours: /privacy.
command-about-short = Send a garment and a person: see how it looks on them.
