### Consent, privacy, erasing.

consent-question =
    <b>Before I take your photos</b>

    To make the picture, a program processes the photos you send. May it?

    • It runs on this bot’s own server. No outside service sees your photos.
    • Photos and results are kept for { $days ->
        [one] one day
       *[other] { $days } days
    }, then deleted.
    • No face recognition, no training on your photos.
    • Please send only photos of yourself, or of adults who agreed.

    You can change your mind at any time: /privacy.
button-agree = Yes, I agree
button-decline = No, thanks
consent-agreed = Thank you! You can change your mind at any time: /privacy.
consent-declined = All right, I’ve kept nothing. Should you change your mind, just send a photo.
