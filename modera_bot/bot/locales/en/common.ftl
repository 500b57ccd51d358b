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
