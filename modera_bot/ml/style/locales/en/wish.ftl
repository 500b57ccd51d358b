### Beginnings of words in a wish that the rules understand, and words that refuse what follows.

wish-without = no not without never nothing avoid hate except
wish-black = black
wish-white = white ivory cream
wish-grey = grey gray
wish-beige = beige camel sand
wish-brown = brown chocolate
wish-red = red burgundy
wish-pink = pink rose
wish-orange = orange coral
wish-yellow = yellow mustard
wish-green = green olive emerald
wish-blue = blue navy turquoise
wish-purple = purple violet lilac lavender
wish-everyday = everyday weekend casual
wish-work = work office business interview meeting
wish-evening = evening party wedding date theatre dinner
wish-travel = travel trip holiday vacation flight
wish-classic = classic elegant
wish-minimal = minimal simple plain
wish-casual = casual relaxed comfortable comfy
wish-romantic = romantic feminine delicate
wish-sporty = sport athlet
wish-bold = bold bright daring

### What is said against an advice.

why-missed = no. nothing more need want wish add give miss lack love like adore prefer not_enough too_few too_little brighter bolder simpler plainer calmer quieter
why-missed-last = missing lacking
why-enough = enough
why-unwanted = less fewer too. hate avoid without except never but.
why-not-so = not_so not_that not_as
why-denied = not
why-colours = colour color
why-too-bold = bold bright loud gaudy flashy daring
why-too-plain = plain boring dull simpl calm quiet
why-not-me = style taste myself
why-price = expens pricey pric cost budget
