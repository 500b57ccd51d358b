"""The stylist: from one photo and a few wishes to a style profile, and to a card that shows it.

    photo ─► reading (colours of skin, hair, eyes, clothes; light) ─► traits ─► season
    wishes ────────────────────────────────────────────────────────────┴─► outfits, advice
    profile ─► card

What a photo can't tell is asked, not guessed. A body's shape is never read from a photo.
"""
