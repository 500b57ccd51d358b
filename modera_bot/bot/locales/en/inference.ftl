### Pictures by models of other services.

error-budget-spent = The bot has made as many pictures as it can pay for right now. Nothing is wrong with your photos; please try again tomorrow.
