### Pictures by models of other services.

error-budget-spent = The bot has made as many pictures as it can pay for right now. Nothing is wrong with your photos; please try again tomorrow.
error-consent-missing = For this picture your photos would have to go to an outside service, and you haven’t agreed to that. Send a photo again and I’ll ask once more: /privacy first, “Withdraw consent”.
error-picture-refused = I can’t work with one of these photos: nudity, sexual content and violence are off limits here. Nothing was charged. Please send another photo.

## Where photos go

consent-where-here = It runs on this bot’s own server. No outside service sees your photos.
consent-where-hosted = Photos are sent to { $providers }, where pictures are drawn or advice is written. That may be outside your country.
button-agree-here = Only on the bot’s own server

notice-only-draft = The better picture didn’t come this time, so here is the draft. You can try again with one tap.
notice-below-standard = ⚠️ This one hasn’t come out as well as it should. Another photo may work better.

## How it fits

button-result-fit = 📏 Does it fit?
fit-waiting = Let me look at how it would fit…
fit-title = <b>How it would fit, judging by the photos</b>
fit-part = { $part }: { $fit }
fit-shoulders = Shoulders
fit-chest = Chest
fit-waist = Waist
fit-length = Length
fit-fits = fits
fit-tight = tight
fit-loose = loose
fit-unknown = can’t tell
fit-advice = 💡 { $advice }

result-forming = ⏳ <b>AI-generated</b> · the picture is still forming.
