### Credits: prices, packages, receipts. Shown only where payments are switched on.

pay-credits =
    { $count ->
        [one] { $count } credit
       *[other] { $count } credits
    }

## Before a try-on or an advice

pay-confirm-tryon =
    <b>Shall I try it on?</b>

    It costs <b>{ $price }</b>, you have { $balance }. If it fails, you get them back.
pay-short-tryon =
    <b>Not enough credits</b>

    This try-on costs { $price }, and you have { $balance }. Choose a package: once it’s paid, the try-on goes on by itself.
button-pay-go-tryon = ✨ Try on · { $price }
pay-confirm-styling =
    <b>Shall I advise you?</b>

    It costs <b>{ $price }</b>, you have { $balance }. If it fails, you get them back.
pay-short-styling =
    <b>Not enough credits</b>

    Style advice costs { $price }, and you have { $balance }. Choose a package: once it’s paid, I begin by myself. Your photo and wishes are kept.
button-pay-go-styling = ✨ Advise me · { $price }

## Balance and packages

button-balance = 💳 Credits
pay-balance =
    <b>You have { $balance }</b>

    { $tryon ->
        [0] Try-ons are free here.
        [one] A try-on costs { $tryon } credit.
       *[other] A try-on costs { $tryon } credits.
    } { $styling ->
        [0] Style advice is free here.
        [one] Style advice costs { $styling } credit.
       *[other] Style advice costs { $styling } credits.
    } Drafts, refusals and failures cost nothing.
pay-held = Reserved for work in progress: { $held }.
pay-debt = You owe { $debt }: a payment went back whose credits were already spent. The next ones settle it.
pay-subscription =
    { $cancelled ->
        [yes] Your subscription is cancelled and runs until { DATETIME($until, dateStyle: "long") }.
       *[no] Your subscription renews on { DATETIME($until, dateStyle: "long") }.
    }
pay-packages =
    <b>Which package?</b>

    You pay with Telegram Stars ⭐. Credits don’t expire. A monthly package can be cancelled at any time.
pay-have-code = Have a promo code? Send it like this: <code>/promo CODE</code>
button-pay-buy = Buy credits
button-pay-history = Payments
pay-package = { $credits } · { $price }
pay-package-monthly = { $credits } a month · { $price }
button-pay-cancel = Cancel subscription
button-pay-resume = Keep subscription
pay-subscribe-for = Subscribe for { $price } a month

## Paying

pay-invoice-title = { $credits }
pay-invoice-text = For try-ons and styling with { $bot }.
pay-subscribe =
    <b>{ $credits } every month</b>

    { $price } a month, renewed by Telegram until you cancel: here under /balance, or in Telegram’s settings.
pay-receipt =
    ✅ <b>Paid: { $price }</b>

    { $credits } added. You have { $balance }.
pay-receipt-monthly = The subscription renews by itself; cancel it at any time under /balance.
pay-receipt-number = Receipt <code>{ $number }</code> · { DATETIME($date, dateStyle: "long") }
pay-granted = 🎁 You’ve been given { $credits }. You have { $balance }.
pay-refunded =
    ↩️ <b>Your payment of { $price } was refunded</b>

    { $credits } taken back. You have { $balance }.
pay-not-ours = This payment belongs to nothing on sale here, so I’ve sent your Stars back.
alert-pay-closed = This offer is no longer open. Please choose again: /buy
pay-subscription-cancelled = Cancelled. What you’ve paid for stays: the subscription runs until { DATETIME($until, dateStyle: "long") }.
pay-subscription-resumed = Good: your subscription goes on.

## After a try-on or an advice

pay-spent = −{ $price } · { $balance } left
pay-draft-free = Drafts are free: { $credits } back.
pay-back = { $credits } back on your balance.

## History

pay-history-title = <b>Your payments and credits</b>
pay-history-empty = Nothing here yet.
pay-line = { DATETIME($date, dateStyle: "medium") } · <b>{ $credits }</b> · { $what }
pay-kind-purchase = bought for { $price }
pay-kind-refund = refunded
pay-kind-grant = a gift
pay-kind-bonus = a bonus
pay-kind-tryon = try-on
pay-kind-styling = styling
pay-kind-recommendations = recommendations

## Promo codes, starter credits

pay-starter = 🎁 You begin with { $credits }.
pay-promo-how = Send the code with the command, like this: <code>/promo CODE</code>
pay-promo-given = 🎁 { $credits } added. You have { $balance }.
pay-promo-unknown = I don’t know this code. Check it for a typo?
pay-promo-used = You’ve used this code before.
pay-promo-over = This code is no longer valid.

## Help and terms

pay-support =
    <b>A question about a payment?</b>

    Write to { $contact } and name the receipt number; you find it under /balance → Payments. Telegram’s own support can’t help with purchases in this bot.
pay-support-owner = whoever runs this bot
pay-terms =
    <b>Terms of sale</b>

    • You buy credits, a digital good used in this bot only. They’re added at once and don’t expire.
    • A price is shown before anything is spent. What fails, is refused, or is only a draft costs nothing.
    • Unused credits are refunded on request within 14 days: /paysupport.
    • A subscription renews each month until you cancel it under /balance.
    • If you delete your data, your remaining credits are gone.
    • Pictures are made by a program and may be wrong; they’re no advice on sizes.
pay-terms-seller = Seller: { $seller }
help-credits =
    <b>Credits</b>
    /balance: what you have, and payments
    /buy: get more
    /paysupport: questions about a payment
    /terms: terms of sale
privacy-payments = <b>Payments.</b> What you bought and when; Telegram handles the money. If you delete your data, only nameless figures stay in the books.
delete-credits = You still have { $balance }: they’ll be gone, too.
delete-subscription = Your subscription will be cancelled.

command-balance = Credits and payments
command-buy = Buy credits
command-paysupport = Questions about a payment
command-terms = Terms of sale
