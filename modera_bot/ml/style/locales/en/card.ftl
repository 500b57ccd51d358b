### What stands on the card, and the names of what is shown.

season-spring = Spring
season-summer = Summer
season-autumn = Autumn
season-winter = Winter
season-spring-tone = warm · light · clear
season-summer-tone = cool · light · soft
season-autumn-tone = warm · deep · rich
season-winter-tone = cool · deep · clear

card-eyebrow = YOUR COLOURS
card-sure = { $level ->
    [high] I’m quite sure
    [middle] Probably, as far as the photo shows
   *[low] A first guess: tell me more about you
}
card-also = { $season ->
    [spring] close to spring
    [summer] close to summer
    [autumn] close to autumn
   *[winter] close to winter
}
card-best = Best near the face
card-weaker = Further from the face
card-outfits = Three outfits
card-footer = Made by a program from one photo. A suggestion: you decide.
