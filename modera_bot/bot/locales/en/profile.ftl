### The profile, and inviting friends.

command-profile = Your profile
button-profile = 👤 Profile

profile-title =
    <b>{ $name }</b>
    Here since { DATETIME($since, dateStyle: "long") }
profile-language = Language: English
profile-tryons =
    { $made ->
        [0] No try-ons yet
        [one] One try-on, { $kept ->
            [0] its picture is gone
           *[other] its picture is kept
        }
       *[other] { $made } try-ons, { $kept ->
            [0] none of the pictures kept
            [one] one picture kept
           *[other] { $kept } pictures kept
        }
    }
profile-photo = Your photo on file is the one above. You can use it for the next try-on.
profile-no-photo = No photo on file: the last photo of a person that you try something on will stand here.
profile-friends =
    { $count ->
        [one] One friend has come by your link
       *[other] { $count } friends have come by your link
    }
button-profile-use = 👗 Try something on with it
button-profile-forget = 🗑 Delete this photo
button-profile-invite = 💌 Invite friends
profile-invitation = See how clothes look on you, from two photos
alert-profile-forgotten = The photo is deleted.

button-last-person = 🧍 My last photo

button-result-share = ↗ Share
result-share = Made by @{ $bot }. See yourself in anything: { $link }
result-share-hint = This one is for forwarding: it has no buttons, and a link for your friends.
alert-share-protected = Your pictures are protected: nobody can forward them. /settings changes that.
