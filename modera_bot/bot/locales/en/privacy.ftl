### Consent, privacy, erasing.

consent-question =
    <b>Before I take your photos</b>

    To make the picture, an AI program processes the photos you send. May it?

    • { $where }
    • Photos and results are kept for { $days ->
        [one] one day
       *[other] { $days } days
    }, then deleted.
    • No face recognition, no training on your photos.
    • By agreeing you declare that you are at least 18 and that the photos are your own, or of adults who agreed.

    You can change your mind at any time: /privacy.
button-agree = Yes, I agree
button-decline = No, thanks
consent-agreed = Thank you! You can change your mind at any time: /privacy.
consent-already = You’ve agreed before. You can take that back at any time: /privacy.
consent-declined = All right, I’ve kept nothing. Should you change your mind, just send a photo.

privacy-text =
    <b>Your photos and data</b>

    <b>What is kept.</b> The photos you send and the results; your ratings and settings; your Telegram id and name, to know whom to answer.

    <b>How long.</b> Photos and results for { $days ->
        [one] one day
       *[other] { $days } days
    }, then they’re deleted. The rest until you delete it.

    <b>Who sees them.</b> No other user, only the program that makes the pictures. { $where } The chat itself is with Telegram.

    <b>Your consent.</b> { $consent }

    { $contact }
privacy-consent-given = You agreed on { DATETIME($date, dateStyle: "long") } (terms { $version }).
privacy-consent-none = Not given: no photo of yours is processed until you agree.
privacy-contact = <b>Questions?</b> Write to { $contact }.
privacy-contact-none = <b>Questions?</b> Write to whoever runs this bot.
button-privacy-export = Get my data
button-privacy-withdraw = Withdraw consent
button-privacy-delete = Delete everything

export-caption = Your data and pictures. Any archive app opens it.

withdraw-question =
    <b>Withdraw your consent?</b>

    I’ll stop what is running and delete all your photos and results. Your settings stay.
button-privacy-withdrawn = Yes, withdraw
withdraw-done =
    Done: your consent is withdrawn, your photos and results are deleted.

    Should you send a photo again, I’ll ask first.

delete-question =
    <b>Delete everything about you?</b>

    Your photos, results, history, settings and consent will be gone for good. A running try-on stops.
button-privacy-sure = Delete everything
delete-sure =
    <b>Are you quite sure?</b>

    There is no way back: nobody can restore it.
button-privacy-erase = Yes, delete for good
button-privacy-keep = No, keep it
delete-kept = Nothing was changed.
delete-done =
    Everything about you is deleted. Take care!

    The messages of this chat are with Telegram; you can clear them in your app. Should you come back: /start.
