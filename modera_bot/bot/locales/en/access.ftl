### Who is served, groups, and what admins hear of.

access-denied = This bot isn’t open to everyone, and you aren’t on its list. Whoever runs it can add you.
access-maintenance = I’m being worked on just now. Please come back in a little while: nothing of yours is lost.

group-come-over = I dress people in private chats only, so that nobody else sees their photos. Come over, I’ll be glad to help!
button-come-over = 💬 Write to me

admin-errors =
    ⚠️ <b>{ $count ->
        [one] An error
       *[other] { $count } errors
    } in the log</b>

    <code>{ $lines }</code>

    Errors of the next ten minutes come together.
